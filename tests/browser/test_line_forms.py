"""A line that drops on pages that are plain forms, in Chromium: nothing is sent into the void and nothing typed is lost."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Dialog, Locator, Page, Route, expect

from services.contracts.commands import AddNote, PublishGuideline
from services.contracts.handbook import GuidelineText
from tests.browser.conftest import Served
from tests.browser.desk_backend import PASSWORD, SPOOR
from tests.support.axe import in_both_themes
from tests.support.fit import PHONE, too_wide

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
NEW = "/handbook/edit/new"
NOTHING_KEPT = "() => Object.keys(sessionStorage).every((key) => key.startsWith('htmx-'))"
"""htmx remembers there which page this is."""


def sign(page: Page) -> Locator:
    return page.locator("p.offline")


def toast(page: Page) -> Locator:
    return page.locator("#toast")


def body(page: Page) -> Locator:
    return page.get_by_label("Tekst", exact=True)


def publish(page: Page) -> None:
    page.get_by_role("button", name="Publiceren").click()


def log_out(page: Page) -> None:
    page.locator("details.me summary").click()
    page.get_by_role("button", name="Uitloggen").click()
    expect(page.locator("form.login")).to_be_visible()


def guideline(served: Served, text: str, *, based_on: int) -> None:
    fields: dict[str, Any] = {"guideline": "klacht", "based_on": based_on, "reason": "beter" if based_on else ""}
    served.desk.backend.do(
        PublishGuideline, SPOOR, "lead:lena", text=GuidelineText(title="Klachten", body=text), **fields
    )


def test_a_form_is_not_sent_without_a_line_and_the_page_stays(enter: Enter, served: Served) -> None:
    page = enter("lena", path=NEW, line_drops=True)
    expect(sign(page)).to_be_hidden()
    page.get_by_label("Titel").fill("Excuses")
    body(page).fill("Bied ze **eerst** aan.")
    page.context.set_offline(True)
    expect(sign(page)).to_have_text("Geen verbinding; we proberen het opnieuw.")
    expect(sign(page)).to_be_visible()
    publish(page)
    expect(toast(page)).to_contain_text("dit is niet verzonden. Wat je typte staat er nog.")
    expect(body(page)).to_have_value("Bied ze **eerst** aan.")
    page.locator("#nav-rota").click()
    expect(toast(page)).to_have_text("Geen verbinding; we proberen het opnieuw.")
    page.locator("a.skip").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/handbook/edit/new#content$"))
    expect(body(page)).to_have_value("Bied ze **eerst** aan.")
    assert served.desk.backend.sent == []
    page.context.set_offline(False)
    expect(sign(page)).to_be_hidden()
    publish(page)
    expect(page.locator(".banner")).to_have_text("Gepubliceerd.")


@pytest.mark.parametrize("path", ["/rota/mine", "/ideas", "/canned", "/help"])
def test_the_sign_is_on_every_page(enter: Enter, path: str) -> None:
    page = enter("lena", path=path, line_drops=True)
    page.context.set_offline(True)
    expect(sign(page)).to_be_visible()
    page.context.set_offline(False)
    expect(sign(page)).to_be_hidden()


def test_a_page_that_is_live_fetches_what_it_missed(enter: Enter, served: Served) -> None:
    with_line = enter("youssef", path="/mentioned", line_drops=True)
    with with_line.expect_response(re.compile("/inbox/live")):
        with_line.reload()
    with_line.context.set_offline(True)
    expect(sign(with_line)).to_be_visible()
    served.desk.backend.do(AddNote, SPOOR, "marit", case=served.tunnel, text="@Youssef kijk jij mee?")
    with_line.context.set_offline(False)
    expect(with_line.locator(".mentioned li a")).to_contain_text("kijk jij mee?")
    expect(sign(with_line)).to_be_hidden()


def test_when_the_stream_is_gone_a_form_asks_first_whether_it_would_arrive(enter: Enter) -> None:
    page = enter("youssef", path="/help", line_drops=True)
    page.route("**/inbox/live**", lambda route: route.abort())
    page.goto("/ideas")
    expect(sign(page)).to_be_visible()
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend',"
        ' \'<form action="/help"><input name="probe"><button id="probe">x</button></form>\')'
    )
    page.route("**/static/**", lambda route: route.abort())
    page.locator("#probe").click()
    expect(toast(page)).to_contain_text("niet verzonden")
    page.unroute("**/static/**")
    page.locator("#probe").click()
    page.wait_for_url("**/help?probe=")


def test_a_guideline_that_was_left_is_there_again_until_it_is_published(enter: Enter) -> None:
    page = enter("lena", path=NEW)
    page.get_by_label("Titel").fill("Excuses")
    body(page).fill("Bied ze eerst aan.")
    page.locator("fieldset", has_text="Alleen voor").get_by_label("e-mail").check()
    page.goto("/rota")
    page.goto(NEW)
    expect(page.locator(".restored")).to_contain_text("staat er weer")
    expect(page.get_by_label("Titel")).to_have_value("Excuses")
    expect(body(page)).to_have_value("Bied ze eerst aan.")
    expect(page.locator("fieldset", has_text="Alleen voor").get_by_label("e-mail")).to_be_checked()
    page.get_by_role("button", name="Voorbeeld").click()
    expect(page.locator("#preview-title")).to_contain_text("Excuses")
    expect(page.locator(".restored")).to_be_hidden()
    page.goto(NEW)
    expect(body(page)).to_have_value("Bied ze eerst aan.")
    publish(page)
    expect(page.locator(".banner")).to_have_text("Gepubliceerd.")
    page.goto(NEW)
    expect(page.locator(".restored")).to_be_hidden()
    expect(body(page)).to_have_value("")


def test_what_came_back_can_be_let_go(enter: Enter, served: Served) -> None:
    guideline(served, "Bedank eerst.", based_on=0)
    page = enter("lena", path="/handbook/klacht/edit")
    body(page).fill("Bedank altijd.")
    page.reload()
    expect(body(page)).to_have_value("Bedank altijd.")
    page.get_by_role("button", name="Begin opnieuw").click()
    expect(body(page)).to_have_value("Bedank eerst.")
    body(page).fill("Bedank nooit.")
    page.get_by_role("link", name="Niet opslaan").click()
    page.goto("/handbook/klacht/edit")
    expect(body(page)).to_have_value("Bedank eerst.")


def test_what_came_back_replaces_no_version_that_it_does_not_know(enter: Enter, served: Served) -> None:
    guideline(served, "Bedank eerst.", based_on=0)
    page = enter("lena", path="/handbook/klacht/edit")
    body(page).fill("Bedank altijd.")
    guideline(served, "Bedank eerst, en bel.", based_on=1)
    page.goto("/handbook/klacht/edit")
    expect(body(page)).to_have_value("Bedank altijd.")
    page.get_by_label("Waarom verandert dit?").fill("omdat")
    publish(page)
    expect(page.locator(".banner.late", has_text="intussen versie 2")).to_be_visible()
    expect(body(page)).to_have_value("Bedank altijd.")
    assert served.desk.model.handbooks.of(SPOOR).versions["klacht"][-1].body == "Bedank eerst, en bel."


def test_what_was_typed_is_never_shown_to_who_logs_in_next(enter: Enter) -> None:
    page = enter("lena", path=NEW)
    body(page).fill("Van Lena")
    log_out(page)
    page.wait_for_function(NOTHING_KEPT)
    page.fill("#name", "lena")
    page.fill("#password", PASSWORD)
    page.click("form.login button")
    page.goto(NEW)
    expect(body(page)).to_have_value("")


def test_logging_out_clears_what_tabs_keep_by_itself(enter: Enter, served: Served) -> None:
    """Not only once the next page looks: that one has no script here."""
    page = enter("lena", path=NEW, line_drops=True)
    body(page).fill("Van Lena")
    other = page.context.new_page()
    other.route("**/cases/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    other.goto(f"/cases/{served.tunnel}?view=team")
    other.locator("#text-reply").fill("Ook van Lena")
    other.locator("summary", has_text="Overdragen").click()
    other.locator(".tool[open] textarea").fill("En dit")
    assert set(other.evaluate("Object.keys(sessionStorage)")) >= {f"reply:{served.tunnel}", "typed"}
    page.route("**/*.js*", lambda route: route.abort())
    log_out(page)
    page.wait_for_function(NOTHING_KEPT)
    other.wait_for_function(NOTHING_KEPT)


def test_a_reply_that_was_not_saved_is_never_shown_to_who_logs_in_after_a_session_that_ended(
    enter: Enter, served: Served
) -> None:
    path = f"/cases/{served.tunnel}?view=team"
    page = enter("lena", path=path, line_drops=True)
    page.route("**/draft", lambda route: route.abort())
    page.locator("#text-reply").fill("Van Lena")
    page.context.clear_cookies()
    page.goto(path)
    page.fill("#name", "marit")
    page.fill("#password", PASSWORD)
    page.click("form.login button")
    expect(page.locator("#text-reply")).to_have_value("")


def test_leaving_warns_while_something_waits_but_not_on_the_way_to_another_page(enter: Enter, served: Served) -> None:
    def unreachable(route: Route) -> None:
        route.fulfill(status=503, body="")

    warned: list[str] = []

    def stay(dialog: Dialog) -> None:
        warned.append(dialog.type)
        dialog.dismiss()

    page = enter(path=f"/cases/{served.tunnel}?view=team")
    page.on("dialog", stay)
    page.route("**/note", unreachable)
    page.keyboard.press("n")
    page.keyboard.type("Gebeld")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#queue li")).to_have_count(1)
    page.locator("#nav-rota").click()
    page.wait_for_url("**/rota/**")
    expect(page.locator("#queue li")).to_have_count(1)
    assert warned == []
    page.locator("h1").click()
    with page.expect_event("dialog"):
        page.close(run_before_unload=True)
    assert warned == ["beforeunload"]


@pytest.mark.parametrize("width", [PHONE, 1440])
def test_the_sign_takes_its_own_room(enter: Enter, width: int) -> None:
    page = enter("lena", path=NEW, width=width, line_drops=True)
    page.context.set_offline(True)
    expect(sign(page)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollHeight") <= 900
    assert too_wide(page) == []
    assert in_both_themes(page) == []
