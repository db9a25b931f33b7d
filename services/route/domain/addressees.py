"""Whose conversation goes on in a case that others were merged into: when a mention comes, and when a reply leaves."""

from services.contracts.addressee import Addressee
from services.contracts.cases import Case, MergedCase
from services.contracts.commands import SubmitReply
from services.contracts.mentions import Author, ClassifiedMention
from services.route.domain.answers import Refusal
from services.route.domain.made import made, remade


def addressee(case: Case, command: SubmitReply) -> Addressee | None:
    """Whom the reply answers: the conversation that was chosen, else the case's own.

    Raises:
        Refusal: the chosen one is not part of the case, or no longer.
    """
    if command.to is None or command.to == case.id:
        return None
    entry = next((one for one in case.merged if one.case == command.to), None)
    if entry is None:
        raise Refusal("changed_since", "the conversation that this answers is not part of the case any more")
    fields = {name: getattr(entry, name) for name in ("case", "source", "conversation", "answer_to")}
    return made(Addressee, fields | {"author": called(entry.author)})


def called(author: Author) -> str:
    """What an author is called in a message of a case."""
    return author.name or author.handle or author.id


def of_conversation(case: Case, mention: ClassifiedMention) -> MergedCase | None:
    """The merged case whose conversation the mention goes on; `None` when it is the case's own."""
    if (mention.source, mention.conversation) == (case.source, case.conversation):
        return None
    key = (mention.source, mention.conversation)
    return next((one for one in case.merged if (one.source, one.conversation) == key), None)


def with_later(case: Case, entry: MergedCase, mention: ClassifiedMention) -> tuple[MergedCase, ...]:
    """The merged cases once a mention has come of the conversation of one of them."""
    after = remade(entry, {"mentions": (*entry.mentions, mention.id), "answer_to": mention.source_id})
    return tuple(after if one is entry else one for one in case.merged)
