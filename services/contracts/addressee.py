"""Whom a reply answers, where a case has several conversations because others were merged into it (in a `Case`)."""

from services.contracts.base import Id, Model, ShortText, Slug


class Addressee(Model):
    """Whom a reply answers, when it is not the case's own conversation: that of a case which was merged into it."""

    case: Id
    source: Slug
    conversation: ShortText
    author: ShortText
    answer_to: ShortText
