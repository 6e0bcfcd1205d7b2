"""Readers of foreign files under a fuzzer guided by coverage (atheris, libFuzzer)."""
