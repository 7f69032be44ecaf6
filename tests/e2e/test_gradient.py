"""The gradient layer: maps of derivatives, with legends, numbers and words of their own."""

import datetime

import safetensors.numpy
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open, drawn
from tests.e2e.maps import focus_map, header


def shown(page: Page, before: str) -> str:
    """The id of the layer that is drawn after `before`, with its numbers there."""
    trace = drawn(page, before)
    expect(page.locator("[data-number='output/6']")).not_to_be_empty()
    return trace


def test_the_layer_is_drawn_in_the_range_that_its_legend_names(page: Page) -> None:
    before = str(page.evaluate("document.documentElement.dataset.drawn"))
    page.select_option("#layer", "gradient")
    trace = shown(page, before)
    answer = page.request.get(f"/api/traces/{trace}?precision=float32")
    values = safetensors.numpy.load(answer.body())
    for node in ("input", "conv_1_1", "max_pool_2", "output"):
        end = float(abs(values[node]).max())
        legend = page.locator(f"[data-legend={node}] .legend")
        assert float(legend.get_attribute("data-hi") or 0) == end
        assert float(legend.get_attribute("data-lo") or 0) == -end
    bars = page.locator("[data-legend=softmax] .legend")
    assert bars.get_attribute("data-hi") == "1"
    assert "layer=gradient" in page.url


def test_the_number_under_the_pointer_is_the_derivative_and_the_sentence_says_so(
    page: Page,
) -> None:
    before = str(page.evaluate("document.documentElement.dataset.drawn"))
    page.select_option("#layer", "gradient")
    trace = shown(page, before)
    box = focus_map(page, "conv_2_2", 1)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    sentence = page.locator("[data-sentence]")
    expect(sentence).to_contain_text("The loss of espresso changes by")
    values = safetensors.numpy.load(page.request.get(f"/api/traces/{trace}/nodes/conv_2_2").body())[
        "conv_2_2"
    ]
    found = float(sentence.get_attribute("data-value") or "nan")
    assert found in {float(v) for v in values[1, 12:15, 12:15].flatten()}


def test_a_link_opens_the_gradient_of_its_class_with_p_minus_y_at_the_logits(
    open_page: Open,
) -> None:
    page = open_page("#v=1&layer=gradient&of=orange")
    number = page.locator("[data-number='output/8']")
    head = header(page, "tiny-vgg", "coffee")
    p = head["probabilities"][head["classes"].index("orange")]
    expect(number).to_have_text(f"−{1 - p:.3f}")
    assert page.locator("#of").input_value() == "orange"
    page.select_option("#layer", "logit")
    expect(number).to_have_text("1.00")
    page.select_option("#layer", "values")
    expect(page.locator("#of")).to_have_count(0)


def test_the_layer_follows_another_picture(open_page: Open) -> None:
    page = open_page("#v=1&layer=gradient")
    before = shown(page, "")
    page.keyboard.press("p")
    page.wait_for_function("() => location.hash.includes('picture=')")
    after = drawn(page, before)
    page.wait_for_function(
        "ids => !ids.includes(document.documentElement.dataset.drawn)", arg=[before]
    )
    assert after != before


def wholes(page: Page) -> list[float]:
    """How much of each column is there, from left to right."""
    found: list[float] = page.locator("[data-legend]").evaluate_all(
        "all => all.map(each => Number(each.dataset.share))"
    )
    return found


def test_the_gradients_appear_from_the_loss_back_to_the_input(page: Page) -> None:
    page.clock.install()
    page.clock.pause_at(datetime.datetime.now() + datetime.timedelta(hours=1))
    page.select_option("#layer", "gradient")
    expect(page.locator("[data-legend=softmax]")).to_have_attribute("data-share", "0")
    assert set(wholes(page)) == {0.0}
    seen = []
    for _ in range(3):
        page.clock.run_for(200)
        seen.append(wholes(page))
        assert seen[-1] == sorted(seen[-1])
        assert seen[-1][0] < 1
    assert seen == sorted(seen)
    assert seen[1][0] == 0
    assert seen[1][-1] == 1
    page.clock.run_for(220)
    assert set(wholes(page)) == {1.0}
    expect(page.locator("[data-direction]")).to_have_text("← from the loss back to the input")
    page.select_option("#layer", "values")
    expect(page.locator("[data-direction]")).to_have_count(0)


def test_nothing_appears_in_turn_where_motion_is_not_wanted(open_page: Open) -> None:
    page = open_page(reduced_motion="reduce", script="window.requestAnimationFrame = () => 0")
    page.select_option("#layer", "gradient")
    expect(page.locator("[data-legend=input]")).to_contain_text("±")
    assert set(wholes(page)) == {1.0}


def test_a_press_on_the_drawing_shows_all_gradients_at_once(open_page: Open) -> None:
    page = open_page(script="window.requestAnimationFrame = () => 0")
    page.select_option("#layer", "gradient")
    first = page.locator("[data-legend=input]")
    expect(first).to_have_attribute("data-share", "0")
    page.mouse.click(700, 800)
    expect(first).to_have_attribute("data-share", "1")
