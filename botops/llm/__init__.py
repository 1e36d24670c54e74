"""Adapters of chat models: OpenAI-compatible endpoints, LangChain models, recordings.

Every adapter answers within one total deadline, refuses a reply that is too large, cut or filtered, retries in one
place, and raises `ModelError` alone. This room knows neither prompts nor prices.
"""
