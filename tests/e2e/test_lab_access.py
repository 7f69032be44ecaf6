"""Every bench of the lab: on a phone, under axe, in each language and theme, by Tab alone."""

from itertools import product

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open
from tests.e2e.test_access import serious
from tests.e2e.test_keyboard import tabs_through
from tests.e2e.test_lab import BENCHES, bench, set_to
from tests.e2e.test_state import chinese, untranslated

pytestmark = pytest.mark.e2e
# What a bench can be set to show beside what it begins with.
SETTINGS = {
    "kernel": ("tab:numbers,turn:1", "tab:size", "tab:picture"),
    "parameters": ("kind:norm", "kind:pool"),
    "pooling": ("back:1", "mode:average,k:5"),
    "pixel": ("grey:1,e:6087/250",),
    "plane": ("act:relu,units:8/8/8/8",),
}
PHONE = {"width": 390, "height": 844}


def looked_at(page: Page, theme: str, lang: str) -> None:
    """Turns a bench to a theme and a language, once its numbers are there."""
    page.evaluate(
        """([theme, lang]) => {
            const kept = location.hash.replace(/&(theme|lang)=\\w+/g, '');
            location.hash = `${kept}&theme=${theme}&lang=${lang}`;
        }""",
        [theme, lang],
    )
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if lang == "zh" else "en")
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    expect(page.locator("article [data-proof]").first).to_be_visible()
    page.wait_for_load_state("networkidle")


def test_the_list_of_benches_is_whole(open_page: Open) -> None:
    page = open_page(bench("kernel"))
    shown = page.locator("[data-bench]").evaluate_all("all => all.map(e => e.dataset.bench)")
    assert len(shown) > 10
    assert shown == BENCHES


@pytest.mark.parametrize("name", BENCHES)
def test_a_bench_fits_a_phone_and_speaks_one_language(open_page: Open, name: str) -> None:
    page = open_page(bench(name), viewport=PHONE)
    for settings in ("", *SETTINGS.get(name, ())):
        set_to(page, name, settings)
        for theme, lang in (("dark", "zh"), ("light", "en")):
            looked_at(page, theme, lang)
            for part in page.locator("html, article").all():
                assert part.evaluate("part => part.scrollWidth <= part.clientWidth"), settings
            foreign = untranslated(page) if lang == "zh" else chinese(page)
            assert foreign == [], settings


@pytest.mark.parametrize("name", BENCHES)
def test_axe_finds_nothing_serious_on_any_bench(open_page: Open, name: str) -> None:
    page = open_page(bench(name))
    for theme, lang in product(("light", "dark"), ("en", "zh")):
        looked_at(page, theme, lang)
        assert serious(page) == [], (theme, lang)
    for settings in SETTINGS.get(name, ()):
        set_to(page, name, settings)
        looked_at(page, "light", "en")
        assert serious(page) == [], settings


@pytest.mark.parametrize("name", BENCHES)
def test_tab_reaches_every_control_of_a_bench(open_page: Open, name: str) -> None:
    page = open_page(bench(name))
    looked_at(page, "light", "en")
    tabs_through(page)
