from synthesis.describing import described


def test_a_client_is_described_without_the_marks_of_the_file():
    content = {"core_beliefs": {"helpless": ["I cannot cope.", "I fail."], "unlovable": []}, "age": 31,
               "emotions": ["anxious", "ashamed"], "history": "", "sleep_at_night": "little"}  # fmt: skip
    assert described(content) == [
        ("Age", "31"),
        ("Core beliefs", "helpless: I cannot cope., I fail."),
        ("Emotions", "anxious, ashamed"),
        ("Sleep at night", "little"),
    ]
