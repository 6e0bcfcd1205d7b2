"""How forms are written: one template per field, classes and ARIA added to every widget."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

_CHECKS = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)


def _css_class(widget: forms.Widget) -> str:
    if isinstance(widget, _CHECKS):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    if isinstance(widget, forms.HiddenInput):
        return ""
    return "form-control"


class CaracolBoundField(BoundField):
    """A field that knows how it is drawn."""

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        """Add the classes of the design to the attributes that Django gives."""
        widget = widget or self.field.widget
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        given = str(built.get("class") or widget.attrs.get("class") or "")
        classes = [*given.split(), _css_class(widget)]
        if self.errors:
            classes.append("is-invalid")
        css = " ".join(dict.fromkeys(name for name in classes if name))
        return {**built, "class": css} if css else built

    @property
    def layout(self) -> str:
        """How `components/field.html` lays the field out."""
        widget = self.field.widget
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return "choices"
        if isinstance(widget, forms.CheckboxInput):
            return "check"
        if isinstance(widget, forms.FileInput):
            return "file"
        if isinstance(widget, forms.PasswordInput):
            return "password"
        return "control"

    @property
    def optional(self) -> bool:
        """Whether to say that the field may stay empty."""
        return not self.field.required and self.layout != "check"


class CaracolFormRenderer(TemplatesSetting):
    """Project-wide renderer: `{{ form }}` and `{{ form.x.as_field_group }}` look like us."""

    form_template_name = "components/form.html"
    formset_template_name = "components/formset.html"
    field_template_name = "components/field.html"
    bound_field_class = CaracolBoundField
