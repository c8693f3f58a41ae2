from exports.forms import measured_in_words


def test_what_a_training_measured_is_told_in_words_and_what_is_unknown_keeps_its_name():
    told = measured_in_words(
        {"rows_cut": 3, "train_loss": 1.30999, "zeal": 0.5, "seconds": 3412.3, "rows": "?"}
    )
    assert [(str(label), value) for label, value in told] == [
        ("Mean loss on the training data", "1.310"),
        ("Time of the last stretch, in seconds", "3,412"),
        ("Examples that were cut, being too long", "3"),
        ("rows", "?"),
        ("zeal", "0.5"),
    ]
