# One image for web, worker, beat and migrations; the command says which.
FROM python:3.12-slim-bookworm AS build
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/uv
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PROJECT_ENVIRONMENT=/opt/venv UV_PYTHON_DOWNLOADS=never
WORKDIR /srv/caracol
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-default-groups --no-install-project

FROM python:3.12-slim-bookworm
# What WeasyPrint draws with. The product ships its fonts.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /srv/caracol --shell /usr/sbin/nologin caracol
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/caracol
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=caracol.settings.production \
    STATIC_ROOT=/srv/static \
    XDG_CACHE_HOME=/tmp/cache \
    VAR_DIR=/srv/var
# The static files need no secret and no service: they are collected with throw-away settings.
RUN mkdir -p /srv/static /srv/var \
    && python -c "import secrets, base64; print('SECRET_KEY=' + secrets.token_hex(32)); print('FIELD_KEYS=build:' + base64.b64encode(secrets.token_bytes(32)).decode())" > /tmp/build.env \
    && env $(cat /tmp/build.env) DATABASE_URL=postgres://build/build REDIS_URL=redis://build ALLOWED_HOSTS=build \
       SMTP_HOST=build MAIL_FROM=build@example.org python manage.py collectstatic --noinput --verbosity 0 \
    && rm /tmp/build.env \
    && chown -R caracol:caracol /srv/var
USER caracol
VOLUME /srv/var
EXPOSE 8000
CMD ["gunicorn", "caracol.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", \
     "--max-requests", "2000", "--max-requests-jitter", "200", "--timeout", "60", \
     "--worker-tmp-dir", "/dev/shm", "--log-level", "warning"]
