"""Records come out again when computed anew, say where they are from, and are never half read."""

import io
import json
import math
import re

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from course_lib import records
from course_lib.networks import Network, train
from course_lib.records import EPOCHS, RECORDS, load, make, product_task, save

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder for records, and a cache that knows of nothing else."""
    monkeypatch.setattr(records, "DATA", tmp_path)
    load.cache_clear()
    yield tmp_path
    load.cache_clear()


def test_the_task_is_whether_a_product_is_above_the_median():
    patterns, large = product_task()
    numbers = [
        (int("".join(map(str, row[:6])), 2), int("".join(map(str, row[6:])), 2))
        for row in ((patterns + 1) / 2).astype(int)[:, [5, 4, 3, 2, 1, 0, 11, 10, 9, 8, 7, 6]].tolist()
    ]
    assert sorted(set(numbers)) == [(a, b) for a in range(64) for b in range(64)]
    assert large.tolist() == [int(a * b > 735) for a, b in numbers]
    assert sorted(a * b for a, b in numbers)[2047:2049] == [735, 735]


@pytest.mark.parametrize("name", RECORDS)
def test_every_record_is_small_and_says_where_it_is_from(name):
    record = load(name)
    most = 600_000 if name == "language_prompts" else 300_000 if name == "language_scores" else 200_000
    assert (records.DATA / f"{name}.npz").stat().st_size < most
    assert record.about["command"] == f"python3 -m course_lib record {name}"
    assert set(record.about["versions"]) == {"python", "numpy", "scipy"}
    assert record.about["seconds"] > 1 and record.about["what"].endswith(".")
    assert record.about["options"] == {}, "the committed ones are made with the options of the function"
    assert all(np.isfinite(values).all() for values in record.values() if values.dtype.kind != "U")
    seeds = {"distillation": list(range(10)), "language_prompts": [1, 3, 5]}.get(name, [0, 1, 2])
    nothing_random = name in ("language_context", "language_scores", "language_quantisation")
    assert nothing_random or record["seeds"].tolist() == seeds


def test_a_slice_of_the_planes_computed_anew_is_the_recorded_one():
    recorded = load("information_planes")
    assert recorded["epochs"].tolist() == list(EPOCHS)
    anew = make("information_planes", activations=["tanh"], seeds=[1], epochs=EPOCHS[:7], bins=[30, 10**6])
    bins = [recorded["bins"].tolist().index(n) for n in (30, 10**6)]
    for key in ("i_xt", "i_ty"):
        # On another processor a few activations can fall on the other side of a bin's edge.
        assert anew[key][0, 0] == pytest.approx(recorded[key][0, 1, :7][..., bins], abs=0.02)
    for key in ("train_accuracy", "test_accuracy"):
        assert anew[key][0, 0] == pytest.approx(recorded[key][0, 1, :7], abs=0.003)
    assert anew["bin_width"][0, 0] == pytest.approx(np.tile([2 / 30, 2e-6], (5, 1)))
    assert anew.about["options"] == {
        "activations": ["tanh"],
        "seeds": [1],
        "epochs": [0, 1, 2, 3, 5, 7, 10],
        "bins": [30, 10**6],
    }


def test_the_relu_planes_are_those_of_the_recorded_ruler():
    # Oracle: the network trained anew, bins by Python's own rounding, information by scikit-learn.
    recorded = load("information_planes")
    patterns, large = product_task()
    rows = np.random.default_rng(0).permutation(4096)[:3481]
    network = Network((12, 10, 7, 5, 4, 3, 1), "relu", seed=0)
    run = train(network, patterns[rows], large[rows], epochs=10, checkpoints=[10], batch_size=256, seed=0)
    assert list(run) == [10]
    moment = recorded["epochs"].tolist().index(10)
    for layer in range(5):
        width = recorded["bin_width"][1, 0, layer, 3]
        drawers = [tuple(a // width for a in row) for row in network.activations(patterns)[layer].tolist()]
        numbers = np.unique([hash(drawer) for drawer in drawers], return_inverse=True)[1]
        for key, other in [("i_xt", numbers), ("i_ty", large)]:
            bits = mutual_info_score(numbers, other) / math.log(2)
            assert recorded[key][1, 0, moment, layer, 3] == pytest.approx(bits, abs=0.02)


def test_a_slice_of_the_digits_planes_computed_anew_is_the_recorded_one():
    recorded = load("digits_planes")
    anew = make("digits_planes", activations=["tanh"], seeds=[2], epochs=[0, 1, 2, 5], bins=[10, 100])
    bins = [recorded["bins"].tolist().index(n) for n in (10, 100)]
    assert anew["i_xt"][0, 0] == pytest.approx(recorded["i_xt"][0, 2, :4][..., bins], abs=0.05)
    assert anew["test_accuracy"][0, 0] == pytest.approx(recorded["test_accuracy"][0, 2, :4], abs=0.01)


def test_a_slice_of_the_priced_summaries_computed_anew_is_the_recorded_one():
    recorded = load("digits_bottleneck")
    place = recorded["betas"].tolist().index(0.1)
    anew = make("digits_bottleneck", betas=[0.1], seeds=[1])
    assert anew["rate"][0, 0] == pytest.approx(recorded["rate"][1, place], rel=0.03)
    assert anew["accuracy"][0, 0] == pytest.approx(recorded["accuracy"][1, place], abs=0.015)
    assert anew["cross_entropy"][0, 0] == pytest.approx(recorded["cross_entropy"][1, place], rel=0.1)


def test_a_slice_of_the_priced_autoencoders_computed_anew_is_the_recorded_one():
    recorded = load("digits_autoencoder")
    places = [recorded["betas"].tolist().index(beta) for beta in (1.0, 8.0)]
    anew = make("digits_autoencoder", betas=[1.0, 8.0], seeds=[0])
    for key in ("reconstruction", "rate", "importance_bound"):
        assert anew[key][0] == pytest.approx(recorded[key][0, places], abs=0.25), key
    assert anew["independent_pixels"] == pytest.approx(recorded["independent_pixels"], abs=1e-9)
    assert (anew["originals"] == recorded["originals"]).all()
    grey = np.abs(anew["rebuilt"].astype(int) - recorded["rebuilt"][places].astype(int))
    assert np.mean(grey) < 5, "of 255"


def test_the_codes_coordinates_add_up_to_its_rate_and_the_rest_is_in_range():
    record = load("digits_autoencoder")
    assert record["coordinate_rate"].sum(axis=2) == pytest.approx(record["rate"], abs=1e-9)
    assert (np.diff(record["coordinate_rate"], axis=2) <= 0).all()
    assert record["samples"].shape == (7, 16, 64) and record["rebuilt"].shape == (7, 10, 64)
    assert set(np.unique(record["originals"])) == {0, 255}
    # More codes a digit bound the evidence more tightly than one, on average.
    assert (record["importance_bound"] < record["reconstruction"] + record["rate"]).all()


def test_a_slice_of_the_distillation_computed_anew_is_the_recorded_one():
    recorded = load("distillation")
    anew = make("distillation", images=[50], temperatures=[8.0], seeds=[0, 1])
    assert anew["hard_accuracy"][0] == pytest.approx(recorded["hard_accuracy"][0, :2], abs=0.03)
    assert anew["soft_accuracy"][0, 0] == pytest.approx(recorded["soft_accuracy"][0, -1, :2], abs=0.03)
    assert anew["teacher_accuracy"] == pytest.approx(recorded["teacher_accuracy"], abs=0.01)
    assert anew["label_entropy"] == pytest.approx(recorded["label_entropy"][-1:], abs=0.1)


def test_no_layer_keeps_more_than_there_is():
    # Oracle: I(X;T) ≤ log n, I(T;Y) ≤ H(Y) ≤ 1 bit, finer rulers that refine coarser ones read no less.
    planes = load("information_planes")
    assert planes["i_xt"].max() <= 12 + 1e-9 and planes["i_ty"].max() <= 1
    bins = planes["bins"].tolist()
    for coarse, fine in [(10, 30), (30, 60), (10, 100), (100, 10**6), (10**6, 10**9)]:
        risen = planes["i_xt"][..., bins.index(fine)] - planes["i_xt"][..., bins.index(coarse)]
        assert risen.min() >= -1e-3, (coarse, fine)
    assert load("digits_planes")["i_xt"].max() <= math.log2(1797) + 1e-9


# --- the file ---------------------------------------------------------------------------------------------


def test_what_was_saved_is_loaded_and_cannot_be_changed(folder):
    made = make("digits_bottleneck", betas=[0.3], seeds=[0], epochs=1)
    assert save(made) == folder / "digits_bottleneck.npz"
    loaded = load("digits_bottleneck")
    assert loaded.about == made.about and list(loaded) == list(made) and len(loaded) == 5
    for key in made:
        assert (loaded[key] == made[key]).all()
        assert not loaded[key].flags.writeable
    assert load("digits_bottleneck") is loaded
    save(make("digits_bottleneck", betas=[0.4], seeds=[0], epochs=0))
    assert load("digits_bottleneck")["betas"].tolist() == [0.4], "a new record is seen at once"


def test_making_stores_nothing(folder):
    make("digits_bottleneck", betas=[0.3], seeds=[0], epochs=0)
    assert list(folder.iterdir()) == []


def test_a_missing_record_names_its_remedy(folder):
    sentence = (
        "The record 'digits_planes' is not there (digits_planes.npz). "
        "Make it anew: python3 -m course_lib record digits_planes"
    )
    with pytest.raises(ValueError, match=re.escape(sentence)):
        load("digits_planes")


def damaged_in_many_ways(whole):
    yield b""
    yield b"not a record"
    one_array = io.BytesIO()
    np.save(one_array, np.arange(3))
    yield one_array.getvalue()
    yield whole[: len(whole) // 2]
    yield whole[:-30]
    middle = bytearray(whole)
    for place in range(200, len(whole) - 200, 97):
        middle[place] ^= 0xFF
    yield bytes(middle)


def test_a_damaged_record_names_its_remedy(folder):
    path = save(make("digits_bottleneck", betas=np.linspace(0.1, 1, 10).tolist(), seeds=[0], epochs=0))
    for content in damaged_in_many_ways(path.read_bytes()):
        path.write_bytes(content)
        load.cache_clear()
        with pytest.raises(ValueError, match=r"'digits_bottleneck' is damaged .* Make it anew: python3 -m"):
            load("digits_bottleneck")


def test_a_record_without_its_story_or_with_a_pickle_is_refused(folder):
    np.savez(folder / "digits_planes.npz", x=np.arange(3))
    with pytest.raises(ValueError, match="is damaged"):
        load("digits_planes")
    about = np.array(json.dumps({}))
    np.savez(folder / "digits_planes.npz", x=np.array([{}], dtype=object), about=about)
    with pytest.raises(ValueError, match=r"is damaged .*pickle"):
        load("digits_planes")


def test_an_unknown_record_lists_the_known_ones():
    for call in (load, make):
        with pytest.raises(ValueError, match=r"no record 'planes'. There are: information_planes, digits_p"):
            call("planes")
