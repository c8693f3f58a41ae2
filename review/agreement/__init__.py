"""How far raters agree: pure functions, no Django, no queries. The way in is `report.agreement`."""
