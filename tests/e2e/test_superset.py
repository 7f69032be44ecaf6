"""The 62 things that a superset of CNN Explainer must do, each with the tests that show it.

What belongs to later work says so; a row that names a test which is gone fails.
"""

import ast
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

TESTS = Path(__file__).resolve().parents[1]
LATER = "later"

# Number -> (what, where: "file::test", a bench module, or LATER with the reason).
ITEMS: dict[int, tuple[str, tuple[str, ...]]] = {
    1: ("all layers in one view", ("e2e/test_look.py::test_the_page_is_drawn_without_a_click",)),
    2: (
        "input channels and the colour picture",
        ("e2e/test_layouts.py::test_nothing_overlaps_and_no_column_is_lost_at_any_size",),
    ),
    3: (
        "mixing and per-channel steps told apart by the layout",
        ("e2e/test_grammar.py::test_channels_are_mixed_over_a_wide_gap_and_kept_over_a_short_one",),
    ),
    4: (
        "class outputs with bars and exact values",
        ("e2e/test_look.py::test_the_bars_are_the_probabilities_on_a_scale_from_0_to_1",),
    ),
    5: (
        "flatten and dense as layers",
        ("e2e/test_look.py::test_every_kind_of_vector_is_read_number_by_number",),
    ),
    6: (
        "pointing lights up sources and links",
        ("e2e/test_look.py::test_pointing_says_the_scale_of_the_weights_on_the_links",),
    ),
    7: (
        "consumers too, with sign and size of weights",
        ("e2e/test_look.py::test_pointing_says_the_scale_of_the_weights_on_the_links",),
    ),
    8: (
        "empty space and Esc go one level back",
        (
            "e2e/test_inspect.py::test_a_click_pins_a_map_and_empty_space_goes_back_level_by_level",
            "e2e/test_keyboard.py::test_enter_pins_and_escape_goes_back_one_level_at_a_time",
        ),
    ),
    9: (
        "labels lead to their text",
        ("e2e/test_guide.py::test_every_panel_leads_to_its_section_and_back",),
    ),
    10: (
        "legends equal the drawn range after every switch",
        ("e2e/test_look.py::test_legends_equal_the_drawn_range_in_every_mode_after_every_switch",),
    ),
    11: (
        "four scale modes",
        ("e2e/test_look.py::test_legends_equal_the_drawn_range_in_every_mode_after_every_switch",),
    ),
    12: (
        "dead maps and saturation marked",
        (
            "e2e/test_inspect.py::test_a_map_that_is_zero_everywhere_is_called_dead",
            "e2e/test_lab_toys.py::test_the_saturated_share_is_that_of_the_layers_inputs",
        ),
    ),
    13: (
        "the value under the pointer on every map",
        (
            "e2e/test_look.py::"
            "test_the_value_under_the_pointer_is_the_servers_float_to_three_digits",
        ),
    ),
    14: ("ten samples and more, with names", ("data/test_pictures.py",)),
    15: (
        "upload, drop, paste",
        (
            "e2e/test_pictures.py::test_an_uploaded_file_is_drawn_byte_for_byte",
            "e2e/test_pictures.py::test_a_file_is_drawn_wherever_it_is_dropped",
            "e2e/test_pictures.py::test_a_picture_on_the_clipboard_is_drawn_when_it_is_pasted",
            f"{LATER}: by address through the server, which fetches nothing unless told to",
        ),
    ),
    16: ("any size and kind, or a clear message", ("core/test_bodies.py", "web/test_bodies.py")),
    17: (
        "crop shown and adjustable",
        ("e2e/test_look.py::test_the_square_that_is_moved_by_keys_is_what_the_network_gets",),
    ),
    18: (
        "several pictures of one's own",
        ("e2e/test_pictures.py::test_own_pictures_stay_side_by_side_and_one_can_go",),
    ),
    19: (
        "webcam and drawing",
        (
            "e2e/test_pictures.py::test_the_camera_takes_a_picture_and_then_stops",
            "e2e/test_pictures.py::test_a_drawing_is_drawn_while_it_grows_and_kept_when_it_is_used",
        ),
    ),
    20: (
        "another picture while a view is open",
        ("e2e/test_neuron.py::test_another_picture_keeps_the_room_and_its_window",),
    ),
    21: (
        "one neuron: products, sum, bias, output, the window in true geometry",
        ("e2e/test_neuron.py::test_the_products_and_the_bias_come_to_the_servers_value",),
    ),
    22: (
        "play, pause, step, speed, scrub, skip",
        (
            "e2e/test_neuron.py::test_the_player_goes_through_every_cell_in_its_order",
            "e2e/test_cell.py::"
            "test_the_walk_goes_term_by_term_and_cell_by_cell_until_a_hand_takes_over",
        ),
    ),
    23: (
        "kernels readable; pointing lights window, product and output",
        ("e2e/test_cell.py::test_a_number_and_its_pixel_are_one_object",),
    ),
    24: (
        "one cell in real numbers",
        ("e2e/test_cell.py::test_the_total_of_a_convolution_is_the_servers_value_term_by_term",),
    ),
    25: (
        "pointer and drag move the window",
        (
            "e2e/test_neuron.py::test_the_hand_takes_over_and_a_drag_leaves_the_window_where_it_ends",
            "e2e/test_cell.py::test_the_pointer_pushes_the_window_over_the_input_map",
        ),
    ),
    26: (
        "next filter and channel without leaving",
        ("e2e/test_neuron.py::test_the_room_works_by_keys_alone",),
    ),
    27: (
        "padding and stride shown",
        (
            "e2e/test_kinds_more.py::test_padding_and_stride_put_the_window_where_torch_puts_it",
            "e2e/test_lab_kernel.py::test_each_side_is_padded_by_itself_and_the_sizes_are_torchs",
        ),
    ),
    28: (
        "contrast of their own for intermediate maps",
        ("e2e/test_grammar.py::test_products_use_half_of_a_scale_of_their_own",),
    ),
    29: (
        "activation before and after",
        ("e2e/test_kinds.py::test_an_activation_shows_its_cell_on_the_curve",),
    ),
    30: (
        "max pooling with its winner",
        ("e2e/test_kinds.py::test_a_pooling_walks_over_its_winners",),
    ),
    31: (
        "flatten: pixel, element and weight",
        ("e2e/test_kinds.py::test_a_pixel_an_element_and_a_weight_are_one_thing",),
    ),
    32: (
        "dense: contributions that sum to the logit",
        ("e2e/test_kinds.py::test_the_products_of_a_class_add_up_to_its_logit",),
    ),
    33: (
        "softmax with live numbers, linked both ways",
        (
            "e2e/test_kinds.py::test_softmax_follows_temperature_and_not_what_is_added",
            "e2e/test_kinds.py::test_a_class_lights_up_in_the_formula_the_table_and_on_the_canvas",
        ),
    ),
    34: (
        "all classes' logits and probabilities at once",
        (
            "e2e/test_inspect.py::"
            "test_the_classes_are_listed_with_the_servers_logits_and_probabilities",
        ),
    ),
    35: (
        "a playground in which every setting answers",
        (
            "e2e/test_lab.py::test_four_cells_padding_one_kernel_three_and_stride_two_make_two",
            "e2e/test_lab.py::test_the_size_is_torchs_for_50_random_settings",
        ),
    ),
    36: (
        "numbers in cells, editable kernel and pixels, presets",
        (
            "e2e/test_lab.py::test_a_typed_cell_changes_the_output_and_the_keys_move_the_window",
            "e2e/test_lab.py::test_kernels_that_sum_to_1_keep_the_brightness_and_to_0_a_wall_dark",
        ),
    ),
    37: (
        "animated and touched",
        ("e2e/test_lab_kernel.py::test_the_player_moves_the_window_until_a_hand_takes_it",),
    ),
    38: (
        "an article for every layer with live figures",
        (
            "web/test_guide.py::test_every_kind_of_step_has_a_section",
            "e2e/test_guide.py::test_its_figures_are_alive_and_of_the_current_picture",
        ),
    ),
    39: (
        "from each view to its text and back",
        ("e2e/test_guide.py::test_every_panel_leads_to_its_section_and_back",),
    ),
    40: ("guided tour", (f"{LATER}: lessons",)),
    41: ("recorded tours", (f"{LATER}: lessons",)),
    42: ("glossary", ("e2e/test_state.py::test_no_english_is_left_in_windows_and_refusals",)),
    43: (
        "formulas typeset, accessible, selectable",
        ("e2e/test_grammar.py::test_formulas_are_text_that_a_mouse_selects_and_a_reader_reads",),
    ),
    44: (
        "continuity: one canvas, context dimmed",
        (
            "e2e/test_neuron.py::test_a_click_opens_a_room_and_the_same_press_closes_it",
            "e2e/test_grammar.py::test_an_opened_map_dims_the_rest_and_takes_nothing_away",
        ),
    ),
    45: (
        "reduced motion",
        (
            "e2e/test_neuron.py::test_columns_move_only_where_motion_is_wanted",
            "e2e/test_cell.py::test_nothing_walks_by_itself_where_motion_is_unwelcome",
        ),
    ),
    46: (
        "360 to 2560 px",
        ("e2e/test_layouts.py::test_nothing_overlaps_and_no_column_is_lost_at_any_size",),
    ),
    47: (
        "touch and pinch",
        (
            "e2e/test_layouts.py::test_a_tap_points_and_pins_at_once",
            "e2e/test_layouts.py::test_two_fingers_zoom_the_drawing_and_one_moves_it",
        ),
    ),
    48: (
        "keyboard and screen reader",
        (
            "e2e/test_keyboard.py::test_tab_reaches_every_control_and_each_shows_its_focus",
            "e2e/test_access.py::test_axe_finds_nothing_serious_in_any_view",
            "e2e/test_neuron.py::test_the_room_works_by_keys_alone",
        ),
    ),
    49: ("contrast", ("e2e/test_access.py::test_axe_finds_nothing_serious_in_any_view",)),
    50: (
        "colour-blind-safe and dark",
        ("e2e/test_state.py::test_the_theme_follows_the_system_until_it_is_chosen",),
    ),
    51: (
        "two languages",
        ("e2e/test_state.py::test_no_english_is_left_when_the_page_is_chinese",),
    ),
    52: (
        "deep links and the back button",
        (
            "e2e/test_state.py::test_a_link_opens_exactly_what_it_says",
            "e2e/test_state.py::test_the_back_button_undoes_step_by_step",
        ),
    ),
    53: ("no outside host", ("web/test_guard.py",)),
    54: (
        "loading, error and away states",
        ("e2e/test_server_away.py::test_a_killed_server_is_said_and_when_it_is_back_all_goes_on",),
    ),
    55: ("first load", ("bench/page.py",)),
    56: ("picture switch", ("bench/page.py",)),
    57: ("frames per second", ("bench/neuron.py", "bench/card.py")),
    58: ("nothing grows after 30 openings", ("bench/page.py", "bench/neuron.py", "bench/card.py")),
    59: (
        "no console error in random use",
        ("e2e/test_monkey.py::test_random_use_draws_no_complaint_and_piles_nothing_up",),
    ),
    60: (
        "Tiny VGG included",
        ("test_zoo.py", f"{LATER}: the original's own weights are not ours to ship"),
    ),
    61: ("every operation against torch", ("core/test_arithmetic_zoo.py",)),
    62: ("one command", ("test_cli.py", "test_wheel.py", f"{LATER}: a container")),
}


def is_there(place: str) -> bool:
    """Whether a row's file exists and has the test that it names."""
    name, _, test = place.partition("::")
    path = TESTS / name
    if not path.is_file():
        return False
    made = ast.walk(ast.parse(path.read_text("utf-8")))
    return not test or any(isinstance(n, ast.FunctionDef) and n.name == test for n in made)


def test_the_list_is_whole() -> None:
    assert list(ITEMS) == list(range(1, 63))


@pytest.mark.parametrize("item", ITEMS)
def test_what_shows_an_item_is_there(item: int) -> None:
    places = ITEMS[item][1]
    assert [each for each in places if not each.startswith(LATER) and not is_there(each)] == []
