"""The hard rules, one per file; `docs/rules.md` says what each means."""
