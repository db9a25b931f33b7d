"""The table of every page there is: its address, who looks, in which scene, and how one gets there. `test_every_page.py`
goes through it; the scenes are `every_scene.py`, `desk_scene.py` and `rota_scene.py`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page

from services.desk.domain.start import STEPS
from services.runtime.web.auth import SESSION_COOKIE
from tests.browser.conftest import PATIENCE_MS, Served
from tests.browser.desk_backend import PASSWORD, SPOOR
from tests.browser.every_scene import code
from tests.support.complaints import complaints_of
from tests.support.elsewhere import asked_elsewhere

Scene = Literal["afternoon", "rota"]


@dataclass
class World:
    """A scene that is served, what its addresses need by name, and a browser of each person in it."""

    browser: Browser
    served: Served
    names: Mapping[str, str]
    contexts: dict[str, BrowserContext] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    asked: dict[str, list[str]] = field(default_factory=dict)
    """Whom else the page of each has asked for anything."""
    said: dict[str, list[str]] = field(default_factory=dict)
    """What the page of each has complained of."""
    answered: dict[str, list[str]] = field(default_factory=dict)

    def at(self, path: str) -> str:
        """An address of the table with what it names."""
        return path.format(**self.names)

    def page(self, look: "Look") -> Page:
        """The page of who looks, a new one for a stranger. A new one is a process of its own, that reads all scripts anew.

        What it complains of from now on is in `said`; that it is answered as it should be is no complaint.
        """
        person, page = look.person, self.pages.get(look.person)
        answered = self.answered.setdefault(person, [])
        if page is None or page.is_closed() or not person:
            page = self.pages[person] = self.context(person).new_page()
            self.asked[person] = asked_elsewhere(page.context, self.served.url)
            self.said[person] = complaints_of(page, but=answered)
        answered[:] = [f"status of {look.status}"]
        self.said[person].clear()
        return page

    def context(self, person: str) -> BrowserContext:
        """The browser of somebody who has logged in; a stranger has a new one each time."""
        if person and person in self.contexts:
            return self.contexts[person]
        url, desk = self.served.url, self.served.desk
        context = self.browser.new_context(base_url=url, locale="nl-NL", timezone_id="UTC")
        context.set_default_timeout(PATIENCE_MS)
        if person:
            cookie = desk.accounts.begin(person, desk.backend.clock())
            context.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": url}])
            self.contexts[person] = context
        return context


Way = Callable[[Page, World], None]


@dataclass(frozen=True)
class Look:
    """A page: its address, who looks (empty is a stranger), in which scene, and how one gets there if not by address."""

    path: str
    person: str = ""
    scene: Scene = "afternoon"
    status: int = 200
    way: Way | None = None

    def __str__(self) -> str:
        by = f" {self.way.__name__}" if self.way else ""
        return f"{self.person or 'stranger'} {self.path}{by}"


def log_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.goto("/login?next=/account")
    page.fill("#name", name)
    page.fill("#password", password)
    page.click("form.login button")


def who_is_not_known(page: Page, _: World) -> None:
    log_in(page, "niemand", "verkeerd")


def who_has_a_factor(page: Page, _: World) -> None:
    log_in(page, "tom")


def who_must_have_one(page: Page, _: World) -> None:
    log_in(page, "vera")


def who_has_set_one_up(page: Page, world: World) -> None:
    log_in(page, "vic")
    confirm(page, world, "vic")


def sets_one_up(page: Page, world: World) -> None:
    page.goto("/account/second")
    confirm(page, world, "sanne")


def confirm(page: Page, world: World, name: str) -> None:
    page.wait_for_selector("#code")
    page.fill("#code", code(world.served, name))
    page.click("form.login .primary")
    page.wait_for_selector(".codes")


def renews_codes(page: Page, world: World) -> None:
    page.goto("/account")
    page.fill("#code-renew", world.names["code"])
    page.click("form[action$='/codes'] button")
    page.wait_for_selector(".codes")


def answers(page: Page, world: World) -> None:
    page.goto(world.at("/q/{other}"))
    page.fill("#text", "Ja, om 8.20.")
    page.click(".guest button")


def sends_an_idea(page: Page, world: World) -> None:
    page.goto(world.at("/tip/{box}"))
    page.fill("#text", "Een bank op perron 3.")
    page.fill("#name", "Karima")
    page.click(".guest button")


def stranger() -> Iterator[Look]:
    """Before and beside the login."""
    yield from map(Look, ("/login", "/login?told=out", "/invitation/{invitation}", "/q/{question}", "/tip/{box}"))
    yield Look("/login", status=401, way=who_is_not_known)
    yield Look("/login/second", way=who_has_a_factor)
    yield Look("/login/second/new", way=who_must_have_one)
    yield Look("/login/second/new", way=who_has_set_one_up)
    yield Look("/login/sso", status=503)  # the provider of this scene never answers
    yield Look("/login", way=out_there)
    yield Look("/q/{other}", way=answers)
    yield Look("/tip/{box}", way=sends_an_idea)
    yield Look("/q/{late}", status=410)
    yield from (Look(path, status=404) for path in ("/invitation/unknown", "/tip/unknown", "/nowhere"))


def out_there(page: Page, _: World) -> None:
    page.goto("/login/sso/out")


def casework() -> Iterator[Look]:
    """The inbox in each of its views, full and empty, and a case in each of its states."""
    views = ("mine", "team", "waiting", "approval", "snoozed", "closed")
    yield from (Look(f"/inbox?view={view}", "youssef") for view in views)
    yield from (Look(f"/inbox?team=waterveen&view={view}", "zoe") for view in views)
    yield Look("/inbox?view=team&topic=delay", "youssef")
    yield Look("/inbox?view=team&author=niemand", "youssef")
    yield Look("/inbox?view=mine", "vera")
    yield Look("/inbox", "nina")
    yield from (Look(f"/cases/{{{case}}}", "youssef") for case in ("tunnel", "held", "closed", "snoozed", "merged"))
    yield from (Look(f"/cases/{{{case}}}", "marit") for case in ("held", "leaving"))
    yield Look("/cases/{tunnel}", "vera")
    yield Look("/cases/none", "youssef", status=404)
    yield from (Look("/mentioned", "youssef"), Look("/mentioned?team=waterveen", "zoe"), Look("/help", "youssef"))
    yield from (Look("/ideas", "youssef"), Look("/ideas?team=waterveen", "zoe"), Look("/canned", "lena"))
    yield from (Look("/canned", "youssef"), Look("/canned?team=waterveen", "lena"))


def looks_at_a_rule(page: Page, _: World) -> None:
    page.goto("/handbook/agreements/cases?rule=prize")
    page.fill("input[name=name]", "Winacties en prijsvragen")
    page.click("button[value=look]")
    page.wait_for_selector("button[value=save]")


def drops_a_rule(page: Page, _: World) -> None:
    page.goto("/handbook/agreements/approval?rule=reach")
    page.click("button[value=drop]")
    page.wait_for_selector("button[value=remove]")


def types_what_is_no_rule(page: Page, _: World) -> None:
    page.goto("/handbook/agreements/cases")
    page.fill("input[name=name]", "Fout")
    page.fill("#words", "fo*ut")
    page.fill("input[name=reach]", "veel")
    page.click("button[value=look]")
    page.wait_for_selector("#wrong-words")


def looks_at_words(page: Page, _: World) -> None:
    page.goto("/handbook/agreements/style")
    page.fill("input[name=word-000]", "x")
    page.click("button[value=look]")
    page.wait_for_selector("#wrong-row-000")


def looks_at_other_agreements(page: Page, _: World) -> None:
    page.goto("/handbook/agreements/working")
    page.fill("input[name=grace_seconds]", "45")
    page.select_option("select[name=agency]", "low")
    page.click("button[value=look]")
    page.wait_for_selector("button[value=save]")


def looks_at_a_mandate(page: Page, _: World) -> None:
    page.goto("/handbook/agreements/mandate/youssef")
    page.select_option("select[name=alone]", "critical")
    page.check("input[value=agency]")
    page.check("input[name=approve]")
    page.click("button[value=look]")
    page.wait_for_selector("button[value=save]")


def ground_rules() -> Iterator[Look]:
    """What leads change of the ground rules: each form new, of a rule, looked at, wrong, and about to be taken out."""
    agreements = "/handbook/agreements"
    yield from (Look(agreements, who) for who in ("youssef", "lena"))
    yield from (Look(f"{agreements}/{rest}", "lena") for rest in ("approval", "approval?rule=reach", "cases", "style"))
    yield from (Look(f"{agreements}/cases", "lena", way=way) for way in (looks_at_a_rule, types_what_is_no_rule))
    yield Look(f"{agreements}/approval", "lena", way=drops_a_rule)
    yield Look(f"{agreements}/style", "lena", way=looks_at_words)
    yield Look(f"{agreements}/working", "lena", way=looks_at_other_agreements)
    yield Look(f"{agreements}/mandate/youssef", "lena", way=looks_at_a_mandate)
    yield Look(f"{agreements}/cases?rule=none", "lena", status=404)


def written_down() -> Iterator[Look]:
    """The handbook, and the first-run guide of a team that has agreed on everything and of one that has on nothing."""
    yield from (Look(f"/handbook{rest}", "youssef") for rest in ("", "?whole=1", "/klacht"))
    lead = ("", "/klacht", "/klacht?version=1", "/klacht/edit", "/suggestions", "/edit/new")
    yield from (Look(f"/handbook{rest}", "lena") for rest in lead)
    yield Look("/handbook?team=waterveen", "zoe", status=404)
    feed = f"https://www.nieuws.example/{'lang' * 30}.xml"
    yield from (Look(f"/start/{step}?team={SPOOR}&feed={feed}", "root") for step in STEPS)
    yield from (Look(f"/start/{step}?team=waterveen", "root") for step in STEPS)


def accounts() -> Iterator[Look]:
    """One's own account, and people."""
    yield from (Look(path, "ada") for path in ("/account", "/people", "/people/youssef", "/people/lena", "/people-log"))
    yield from (Look("/account", person) for person in ("tom", "nina"))
    yield Look("/account/second", "ada")
    yield Look("/account/second", "sanne", way=sets_one_up)
    yield Look("/account/second/codes", "tom", way=renews_codes)
    yield Look("/people", "youssef", status=403)


def rota() -> Iterator[Look]:
    """The rota of a team with everything in it, of one that has none, and of one whose handbook has not begun."""
    team = ("/rota", "/rota?span=month", "/rota/cover")
    lead = ("requests", "stand-ins", "shifts", "shifts/new", "shifts/mornings/edit", "plan")
    yield from (Look(path, "youssef", "rota") for path in (*team, "/rota/mine"))
    yield from (Look(path, "lena", "rota") for path in (*team, *(f"/rota/{one}" for one in lead)))
    yield from (Look("/rota?team=waterveen", person) for person in ("zoe", "root"))
    yield from (Look("/handbook", person, "rota") for person in ("youssef", "lena"))


LOOKS = [*stranger(), *casework(), *written_down(), *ground_rules(), *accounts(), *rota()]
