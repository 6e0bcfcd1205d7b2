"""What no page may have: a fault for axe, in light or in dark, at a desk or on a phone; a sideways
scroll.

One opening of a page serves the four: the window is resized and the scheme changed under it.
"""

from pathlib import Path

from tests.helpers.browsers import DESKTOP, PHONE, screenshot

AXE = (Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js").read_text()
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async ([where, rules]) => (await axe.run(where || document, {
    runOnly: rules, resultTypes: ["violations"], preload: false,
})).violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`)"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WIDE = """() => [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth)
    .map((e) => "too wide: " + e.outerHTML.slice(0, 90))"""
PAINTED = """(scheme) => {
    const root = document.documentElement.dataset;
    // The administration reads the scheme when it opens, and does not follow it afterwards.
    if (root.ready === undefined && root.bsTheme) root.bsTheme = scheme;
    return root.theme !== "auto" || !root.bsTheme || root.bsTheme === scheme;
}"""
SETTLE = """async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    for (const animation of document.getAnimations()) {
        if (animation instanceof CSSTransition) animation.finish();
    }
}"""
SIZES = {"desk": DESKTOP, "phone": PHONE}


def look(page, name="", where=""):
    """Return what is wrong with the page as it stands at its size, in light then in dark.

    `where` narrows axe to a selector; `name` keeps pictures under SCREENSHOTS.
    """
    wrong = page.evaluate(WIDE) or ["too wide"] if page.evaluate(TOO_WIDE) else []
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    wrong += _run(page, name, where, LEVELS)
    _paint(page, "dark")
    # Between the schemes only colours change.
    dark = _run(page, f"{name}-dark" if name else "", where, ["color-contrast"])
    _paint(page, "light")
    return wrong + [f"dark {fault}" for fault in dark]


def look_everywhere(page, name=""):
    """Return what is wrong with the page at each size and in each scheme; leave the desk's."""
    wrong = []
    for size in ("phone", "desk"):
        page.set_viewport_size(SIZES[size])
        page.evaluate(SETTLE)
        wrong += [f"{size} {fault}" for fault in look(page, f"{name}-{size}" if name else "")]
    return wrong


def look_through(page, addresses, *, before=lambda _page: None, name=""):
    """Open each address, do `before` to the page, and return what is wrong by address."""
    faults = {}
    for number, address in enumerate(addresses):
        page.goto(address)
        page.wait_for_selector("html[data-ready]", state="attached")
        before(page)
        if wrong := look_everywhere(page, f"{name}-{number}" if name else ""):
            faults[address] = wrong
    return faults


def _paint(page, scheme):
    page.emulate_media(color_scheme=scheme)
    # The page hears of the change at its next frame, which a stopped clock does not hurry.
    page.wait_for_function(PAINTED, arg=scheme)
    page.evaluate(SETTLE)


def _run(page, name, where, rules):
    if name:
        screenshot(page, name)
    return page.evaluate(RUN, [where, rules])
