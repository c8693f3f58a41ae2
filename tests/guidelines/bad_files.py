"""Files that are refused, each with the line, the field and words of the reason."""

HEAD = "guideline: mine\nkind: pairs\ntitle: Mine\npairs:\n"
PAIR = "- key: forcing-change\n  name: Forcing change\n  shows: Argues.\n  corrections: [Listen.]\n"
OTHER = (
    "- key: poor-listening\n  name: Poor listening\n  shows: Interrupts.\n  corrections: [Let her finish.]\n"
)
GOOD = HEAD + PAIR + OTHER
RUBRIC = (
    "guideline: mine\nkind: rubric\ntitle: Mine\ndimensions:\n- key: clarity\n  name: Clarity\n"
    "  definition: How clear it is.\n  scale: ordinal\n  levels:\n"
    "  - {value: 1, anchor: Not at all.}\n  - {value: 2, anchor: Fully.}\n"
)
CSV = (
    "# guideline,mine\n# kind,pairs\n# title,Mine\nkey,name,shows,corrections,positive\n"
    'forcing-change,Forcing change,"Argues,\nand urges.",Listen. | Ask.,\n'
    "poor-listening,Poor listening,Interrupts.,Let her finish.,no\n"
)

# name: (file, its text, line, field, words of the reason)
BAD = {
    "a wrong field": ("a.yaml", GOOD + "  harm: Digs in.\n", 13, "harm", "not a known field"),
    "a number of 5,000 digits": ("a.yaml", GOOD + f"  harms: {'9' * 5000}\n", 13, "harms", "too long"),
    "a base-60 number of a megabyte": (
        "a.yaml",
        GOOD + "  harms: 1" + ":1" * 500_000 + "\n",
        13,
        "harms",
        "too long",
    ),
    "what looks like a date": ("a.yaml", GOOD + "  harms: 2024-13-45\n", 13, "harms", "in quotes"),
    "sixty thousand brackets": ("a.yaml", "[" * 60_000, 1, "", "nested too deeply"),
    "a wrong field at the head": ("a.yaml", "titel: Mine\n" + GOOD, 1, "titel", "not a known field"),
    "a cell of a thousand brackets": (
        "a.csv",
        "# guideline,mine\n# kind,pairs\n# title,Mine\nkey,name,shows,corrections\n"
        f"a,A,Shows.,{'[' * 500}{']' * 500}\n",
        5,
        "corrections",
        "nested too deeply",
    ),
    "a missing correction": ("a.yaml", HEAD + PAIR.replace("[Listen.]", "[]"), 8, "corrections", "missing"),
    "no corrections at all": (
        "a.yaml",
        HEAD + OTHER + PAIR.replace("  corrections: [Listen.]\n", ""),
        9,
        "corrections",
        "missing",
    ),
    "an empty correction": (
        "a.yaml",
        HEAD + PAIR.replace("[Listen.]", '[Listen., ""]'),
        8,
        "corrections",
        "empty",
    ),
    "a duplicate key": (
        "a.yaml",
        GOOD.replace("poor-listening", "forcing-change"),
        9,
        "key",
        "another entry",
    ),
    "a duplicate name": (
        "a.yaml",
        GOOD.replace("Poor listening", "forcing  Change"),
        10,
        "name",
        "also the name",
    ),
    "a field that is there twice": ("a.yaml", GOOD + "  name: Again\n", 13, "name", "twice"),
    "an unknown neighbour": (
        "a.yaml",
        GOOD + "  confused_with: [forcing-change, deafness]\n",
        13,
        "confused_with",
        "“deafness” is not a pair",
    ),
    "a neighbour that is itself": (
        "a.yaml",
        GOOD + "  confused_with: [poor-listening]\n",
        13,
        "confused_with",
        "itself",
    ),
    "a missing name": ("a.yaml", HEAD + PAIR.replace("name: Forcing change", "name:"), 6, "name", "text"),
    "a name that YAML takes for a number": (
        "a.yaml",
        GOOD.replace("Poor listening", "2020"),
        10,
        "name",
        "quotes",
    ),
    "a name that YAML takes for a date": (
        "a.yaml",
        GOOD.replace("Poor listening", "2020-01-02"),
        10,
        "name",
        "quotes",
    ),
    "a key with blanks": ("a.yaml", GOOD.replace("poor-listening", "poor listening"), 9, "key", "short name"),
    "no key": ("a.yaml", GOOD.replace("- key: poor-listening\n ", "-"), 9, "key", "missing"),
    "an unknown kind": ("a.yaml", GOOD.replace("kind: pairs", "kind: pears"), 2, "kind", "pairs or rubric"),
    "no entries": ("a.yaml", HEAD, 4, "pairs", "at least one"),
    "a flag that is not one": ("a.yaml", GOOD + "  positive: perhaps\n", 13, "positive", "true or false"),
    "a scale that is none": (
        "a.yaml",
        RUBRIC.replace("ordinal", "likert"),
        8,
        "scale",
        "“likert” is not a scale",
    ),
    "a missing anchor": ("a.yaml", RUBRIC.replace(", anchor: Fully.", ""), 11, "levels", "anchor of level 2"),
    "a weight of nothing": ("a.yaml", RUBRIC + "  weight: 0\n", 12, "weight", "above zero"),
    "a weight in words": ("a.yaml", RUBRIC + "  weight: heavy\n", 12, "weight", "must be a number"),
    "a weight without an end": ("a.yaml", RUBRIC + "  weight: .inf\n", 12, "weight", "must be a number"),
    "a weight in a cell": (
        "a.csv",
        "# guideline,mine\n# kind,rubric\n# title,Mine\nkey,name,weight\nclarity,Clarity,heavy\n",
        5,
        "weight",
        "must be a number",
    ),
    "levels that fall": ("a.yaml", RUBRIC.replace("value: 2", "value: 0"), 11, "levels", "must rise"),
    "a level of 400 digits": (
        "a.csv",
        "# guideline,mine\n# kind,rubric\n# title,Mine\nkey,name,definition,scale,levels\n"
        'clarity,Clarity,How clear.,ordinal,"[{""value"": 1, ""anchor"": ""x""}, '
        f'{{""value"": {"9" * 400}, ""anchor"": ""y""}}]"\n',
        5,
        "levels",
        "is not a number",
    ),
    "one level only": (
        "a.yaml",
        RUBRIC.replace("  - {value: 2, anchor: Fully.}\n", ""),
        9,
        "levels",
        "two levels",
    ),
    "no levels": ("a.yaml", RUBRIC.split("  levels")[0], 5, "levels", "two levels"),
    "bad UTF-8": ("a.yaml", GOOD.encode() + b"  harms: caf\xe9\n", 13, "", "not UTF-8"),
    "prose": ("a.yaml", "Dear all,\nplease find below", 1, "guideline", "must begin with"),
    "no YAML at all": ("a.yaml", GOOD + "  harms: [unclosed\n- x: }", 14, "", "not YAML"),
    "a control character": ("a.yaml", GOOD + "  harms: \x07\n", 13, "", "not YAML"),
    "an escaped control character": ("a.yaml", GOOD + '  harms: "\\x07"\n', 13, "harms", "control character"),
    "Python in YAML": ("a.yaml", GOOD + "  harms: !!python/object:os.system {}\n", 13, "harms", "text"),
    "an alias": ("a.yaml", GOOD.replace("Argues.", "&a Argues.") + "  harms: *a\n", 7, "", "repeat a text"),
    "nested lists without end": ("a.yaml", "guideline: " + "[" * 5_000, 1, "", "nested too deeply"),
    "not JSON": ("a.json", '{"guideline": "mine",\n "kind": pairs}', 2, "", "not JSON"),
    "JSON that ends early": ("a.json", '{"guideline": "mine",\n "pairs": [', 2, "", "not JSON"),
    "nested JSON": ("a.json", "[" * 5_000, 1, "", "nested too deeply"),
    "a wrong field in JSON": (
        "a.json",
        '{"guideline": "mine", "kind": "pairs", "title": "Mine", "pairs": [\n{"key": "a", "name": "A",\n'
        '"harm": "x"}]}',
        3,
        "harm",
        "not a known field",
    ),
    "a wrong column": ("a.csv", CSV.replace("shows", "showing"), 4, "showing", "not a known column"),
    "no kind in CSV": ("a.csv", CSV.replace("# kind,pairs\n", ""), 3, "kind", "must come first"),
    "an empty correction in CSV": ("a.csv", CSV.replace("Let her finish.", " "), 7, "corrections", "missing"),
    "a flag that is not one in CSV": (
        "a.csv",
        CSV.replace(",no\n", ",nope\n"),
        7,
        "positive",
        "true or false",
    ),
    "too many cells": ("a.csv", CSV.replace(",no\n", ",no,maybe\n"), 7, "pairs", "more cells"),
    "a duplicate name in CSV": (
        "a.csv",
        CSV.replace("Poor listening", "Forcing change"),
        7,
        "name",
        "also the name",
    ),
    "an open quote": ("a.csv", CSV + '"', 8, "", "not CSV"),
    "bad UTF-8 in CSV": ("a.csv", CSV.encode() + b"voil\xe0", 8, "", "not UTF-8"),
    "another format": ("a.docx", GOOD, None, "", "must end in"),
    "a list without end": ("a.yaml", "- a: b\n" * 260_000, 250_000, "", "more than 1000000 values"),
    "a kind that is a list": (
        "a.json",
        '{"guideline": "mine", "kind": ["pairs"], "title": "Mine", "pairs": [1]}',
        1,
        "kind",
        "must be text",
    ),
    "a yes that is none": ("a.yaml", GOOD + "  positive: !!bool abc\n", 13, "positive", "in quotes"),
    "an empty number": ("a.yaml", GOOD + "  harms: !!int ''\n", 13, "harms", "in quotes"),
    "a field's name of a megabyte": (
        "a.json",
        '{"' + "k" * 1_000_000 + '": 1}',
        1,
        "k" * 80 + "…",
        "not a known field",
    ),
    "a field's name that a terminal obeys": (
        "a.yaml",
        '"\\e[31ma\\nb": 1\n',
        1,
        "�[31ma�b",
        "not a known field",
    ),
    "a part of an example with a name of a megabyte": (
        "a.json",
        '{"guideline": "mine", "kind": "pairs", "title": "Mine", "pairs": [{"key": "a", "name": "A",'
        '"shows": "s", "corrections": ["c"], "examples": [{"' + "k" * 1_000_000 + '": "x"}]}]}',
        1,
        "examples",
        "kkk…",
    ),
    "a JSON list without end": ("a.json", "[" + "1," * 1_000_001, 1, "", "more than 1000000 values"),
    "a CSV without end": ("a.csv", CSV + "a,b,c,d,no\n" * 200_100, 200_003, "", "more than 1000000 values"),
    "30 MB of nonsense": ("a.yaml", b"\x00\xff" * 15_000_000, None, "", "larger than 20 MB"),
}
