"""Who can be named in a note, and by what: whatever the desk offers, route understands as the one who was meant."""

from hypothesis import example, given
from hypothesis import strategies as st

from services.contracts.teams import Person
from services.desk.domain.nameable import Nameable, nameable
from services.route.domain.naming import named

NAMES = st.sampled_from(
    [
        "Anna",
        "anna",
        "Anna Maria",
        "Ánna Bos",
        "Tom",
        "tom de Wit",
        "Jean-Pierre",
        "(Bo) Vos",
        "Bo",
        "İpek",
        "ﬁn",
        "x y",
    ]
)
PEOPLE = st.lists(st.tuples(st.sampled_from(["anna", "tom", "bo", "x", "an-na"]), NAMES), unique_by=lambda one: one[0])


def people(*pairs: tuple[str, str]) -> list[Person]:
    return [Person(id=ident, name=name) for ident, name in pairs]


def test_the_shortest_that_names_one_is_offered_and_who_is_on_comes_first() -> None:
    listed = nameable(people(("ab", "Anna Bos"), ("av", "Anna Vos"), ("tom", "Tom de Wit")), {"tom"})
    assert listed == (
        Nameable("tom", "Tom de Wit", "Tom", True),
        Nameable("ab", "Anna Bos", "Anna Bos", False),
        Nameable("av", "Anna Vos", "Anna Vos", False),
    )


def test_who_has_the_same_name_or_anothers_id_is_named_by_the_id() -> None:
    listed = nameable(people(("a1", "Anna"), ("a2", "Ánna"), ("sanne", "Bo"), ("s2", "Sanne")), ())
    assert {one.id: one.handle for one in listed} == {"a1": "a1", "a2": "a2", "sanne": "Bo", "s2": "s2"}


def test_several_of_one_name_are_all_offered_by_their_login_name_and_the_list_says_why() -> None:
    listed = nameable(people(("jan", "Jan Smit"), ("jan-2", "Jan Smit"), ("piet", "Piet Smit")), ())
    assert listed == (
        Nameable("jan", "Jan Smit", "jan", False, shared=True),
        Nameable("jan-2", "Jan Smit", "jan-2", False, shared=True),
        Nameable("piet", "Piet Smit", "Piet", False, shared=False),
    )


@given(PEOPLE, NAMES)
def test_a_name_that_several_have_names_none_of_them(pairs: list[tuple[str, str]], name: str) -> None:
    roster = people(*pairs, ("een", name), ("twee", name))
    assert not {"een", "twee"}.intersection(named(f"@{name}", roster))
    assert named("@een en @twee", roster) == ("een", "twee")


@given(PEOPLE)
@example([("x", "Anna"), ("anna", "Anna Maria")])
def test_what_is_offered_names_exactly_that_person(pairs: list[tuple[str, str]]) -> None:
    roster = people(*pairs)
    for one in nameable(roster, ()):
        assert named(f"Kijk @{one.handle} even mee", roster) == (one.id,)
        assert named(f"@{one.handle}", roster) == (one.id,)
