"""What sickness would do, for the page of whoever is about to report it: of themselves, or, as a lead, of somebody."""

from fastapi import Request

from services.desk.context import desk_of
from services.desk.domain.rota_sick import IfSick, if_sick
from services.desk.rota import forms
from services.desk.rota.context import RotaView


def looked(request: Request, view: RotaView, person: str, until: str) -> IfSick:
    """What happens when the person calls in sick now; `until` is the last day as a form gives it, or empty.

    Raises:
        WrongFormError: that is no day, or one that has passed.
    """
    end = forms.last_day(view.team, until, view.now) if until else None
    return if_sick(view.team, person, desk_of(request).model.owned(view.name, person), view.now, end)
