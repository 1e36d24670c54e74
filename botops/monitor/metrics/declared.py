"""Every metric botops exposes.

Moments are seconds since 1970 (`_timestamp_seconds`): an age is `time()` less such a moment. Parts of a whole are
`_ratio`. Money is here for rates and alerts alone; figures for people come from the store, which counts exactly.
"""

from __future__ import annotations

from botops.monitor.metrics.declaring import Declarations, counter, gauge, histogram, info

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60)
_GUARD_SECONDS = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)


class TurnMetrics(Declarations):
    """What the bot did."""

    turns = counter("botops_turns_total", "Turns finished, by how far they came.", "state", "channel", "language")
    replies = counter(
        "botops_replies_total", "Replies by what became of them.", "action", "prompt", "version", "variant"
    )
    hand_offs = counter("botops_hand_offs_total", "Dialogues handed to a person, by the rule that fired.", "rule")
    seconds = histogram(
        "botops_turn_seconds", "Time of a turn by stage: first_text, model, total.", "stage", buckets=_SECONDS
    )
    ingested = counter("botops_ingested_turns_total", "Turns taken in from other bots' logs.")
    feedback = counter(
        "botops_feedback_total", "Ratings taken in, from 1 (bad) to 5 (good), by who rates.", "voice", "rating"
    )


class GuardMetrics(Declarations):
    """What the claim checker found."""

    verdicts = counter("botops_verdicts_total", "Replies judged by the claim checker.", "judgement")
    claims = counter("botops_claims_checked_total", "Commercial claims looked at.")
    findings = counter(
        "botops_findings_total", "Claims the price book does not support, held back ones included.",
        "kind", "severity",
    )  # fmt: skip
    excepted = counter("botops_excepted_findings_total", "Findings that an exception let pass.", "kind")
    check_failures = counter(
        "botops_claim_check_failures_total", "Times a check of the company's own failed on a reply.", "rule"
    )
    at_risk = counter(
        "botops_money_at_risk_total", "Promised below what is owed, in major units of the currency.",
        "severity", "currency",
    )  # fmt: skip
    guard_seconds = histogram("botops_guard_seconds", "Time to judge one turn's replies.", buckets=_GUARD_SECONDS)


class ModelMetrics(Declarations):
    """What models were asked, and how they failed."""

    tokens = counter(
        "botops_tokens_total", "Tokens by type; cached ones are part of input, reasoning of output.",
        "model", "purpose", "type",
    )  # fmt: skip
    cost_usd = counter("botops_cost_dollars_total", "Model cost in US dollars, for rates only.", "model", "purpose")
    unpriced_calls = counter(
        "botops_unpriced_calls_total",
        "Model calls of unknown cost (kind model), or of too low a one: a tool or tier has no price (kind part).",
        "model", "kind",
    )  # fmt: skip
    model_faults = counter(
        "botops_model_faults_total", "Model calls without a usable reply, by class.", "model", "fault"
    )
    model_retries = counter(
        "botops_model_retries_total", "Requests to a model sent again, by the fault of the one before.",
        "model", "fault",
    )  # fmt: skip
    breaker_open = gauge(
        "botops_model_breaker_open",
        "1 while a model is only tried now and then, since it kept failing; no series until then.",
        "model",
    )
    price_table_at = gauge("botops_model_price_table_timestamp_seconds", "Day the table of model prices was looked up.")


class PromptMetrics(Declarations):
    """What is served, and the experiments on it."""

    prompts_broken = gauge(
        "botops_prompt_problems",
        "Problems in prompt files, drafts left out; a broken one is served from its last good text.",
    )
    prompts_stale = gauge("botops_prompts_stale", "Prompts served from a last good text.")
    prompts_good_at = gauge(
        "botops_prompts_good_timestamp_seconds", "When the prompt files were last seen without a problem."
    )
    prompt_live = gauge("botops_prompt_live", "1 for the version of a prompt that is live.", "prompt", "version")
    prompt_release_at = gauge(
        "botops_prompt_release_timestamp_seconds", "When what is live of a prompt was released.", "prompt"
    )
    overrides = gauge("botops_overrides", "Orders in force above the release files, by what they do.", "kind")
    experiment_stops = counter(
        "botops_experiment_stops_total", "Experiments that this process stopped because harm was shown.",
        "prompt", "rule",
    )  # fmt: skip
    experiments_mismatched = gauge(
        "botops_experiments_mismatched", "Experiments whose variants have other sizes than were set."
    )
    experiment_leads = gauge(
        "botops_experiment_leads", "Leads that the figures of a running experiment count, by variant.",
        "prompt", "version",
    )  # fmt: skip
    sample_ratio_p = gauge(
        "botops_experiment_sample_ratio_p",
        "Probability of sizes as uneven as those of a running experiment if it deals as set.", "prompt",
    )  # fmt: skip
    eval_run_at = gauge(
        "botops_eval_run_timestamp_seconds", "When a suite was last run on a prompt.", "suite", "prompt"
    )
    eval_failed = gauge("botops_eval_failed_cases", "Cases that failed in that run.", "suite", "prompt")
    eval_passed = gauge("botops_eval_passed", "1 when that run passed its gate.", "suite", "prompt")


class DataMetrics(Declarations):
    """The price book, budgets and the store."""

    price_book = info("botops_price_book", "Price book in force.")
    price_book_problems = gauge(
        "botops_price_book_problems", "Problems of the price book's file; the last good one stays in force."
    )
    price_book_alarm = gauge(
        "botops_price_book_alarm", "1 while the price book in force is held to silence right replies."
    )
    price_book_held = gauge(
        "botops_price_book_held_ratio", "Part of first drafts not borne out by the book in force, while watched."
    )
    price_book_release_at = gauge(
        "botops_price_book_release_timestamp_seconds", "When the price book in force was published."
    )
    price_book_ends_at = gauge(
        "botops_price_book_ends_timestamp_seconds",
        "When the first price of the book in force ends that no other follows.",
    )  # fmt: skip
    budget_left = gauge(
        "botops_budget_left_ratio", "Part of a budget's amount that is neither spent nor held; below 0 if passed.",
        "budget",
    )  # fmt: skip
    budget_unknown = gauge(
        "botops_budget_unknown_calls", "Calls of a budget's period without a known price: more is spent than told.",
        "budget",
    )  # fmt: skip
    budget_alerts = counter(
        "botops_budget_alerts_total", "Levels that budgets reached, each once in a period.", "budget", "kind"
    )
    queue_open = gauge("botops_hand_off_queue", "Dialogues waiting for a person.")
    queue_oldest = gauge(
        "botops_hand_off_oldest_seconds", "How long the dialogue that waits longest for a person has waited."
    )
    queue_wait = gauge(
        "botops_hand_off_wait_seconds", "Median wait for a person of the dialogues taken in the last 24 hours."
    )
    rollup_lag = gauge("botops_rollup_lag_seconds", "Age of the oldest hour not yet rolled up.")
    store_writes = gauge("botops_store_waiting_writes", "Writes this process has queued for the store.")
    store_bytes = gauge("botops_store_size_bytes", "Size of the store.")
    backup_at = gauge("botops_backup_timestamp_seconds", "When the store was last backed up.")


class AlertMetrics(Declarations):
    """Alerts of our own, whether they are told, and the dialogues that probe the bot."""

    alerts = gauge("botops_alerts_firing", "Alerts that stand, silenced ones included.", "area", "severity")
    alert_looks = gauge(
        "botops_alert_look_timestamp_seconds", "When a source of alerts last looked without a fault.", "source"
    )
    alert_look_errors = counter("botops_alert_look_errors_total", "Looks of a source of alerts that failed.", "source")
    incidents = gauge("botops_incidents_open", "Incidents not resolved.", "severity")
    notices = counter(
        "botops_notices_total", "Attempts to tell somebody of an alert, by what came of it: sent, failed, given_up.",
        "channel", "outcome",
    )  # fmt: skip
    notices_waiting = gauge("botops_notices_waiting", "Notices that are due and not sent.")
    notices_oldest = gauge("botops_notices_oldest_seconds", "How long the notice that is due longest has been.")
    probe_runs = counter(
        "botops_probe_runs_total", "Probes made, by what came of them: right, wrong, unanswered.",
        "probe", "language", "outcome",
    )  # fmt: skip
    probe_seconds = histogram(
        "botops_probe_seconds", "Time until a probe's whole reply was there.", "probe", buckets=_SECONDS
    )
    probe_failing = gauge("botops_probe_failing", "1 when the last run of a probe was not right.", "probe", "language")
    probe_run_at = gauge("botops_probe_run_timestamp_seconds", "When all probes were last run.")
    probe_interval = gauge("botops_probe_interval_seconds", "How often probes are to be run; 0 when they are off.")
    probe_up = gauge("botops_probe_up_ratio", "Part of this month's probes that were answered.")
    probe_right = gauge("botops_probe_right_ratio", "Part of this month's probes that were answered right.")
    probe_budget = gauge(
        "botops_probe_error_budget_left_ratio", "Part of this month's allowed failures of probes that is left."
    )


class ProcessMetrics(Declarations):
    """This process."""

    build = info("botops_build", "Version of botops that answers.")
    observe_errors = counter("botops_observe_errors_total", "Turns that could not be counted.")
    gauge_errors = counter("botops_refresh_errors_total", "Groups of gauges that could not be brought up to date.")
    watch_errors = counter("botops_watch_errors_total", "Duties of the watch loop that failed.")
    loop_round_at = gauge("botops_loop_round_timestamp_seconds", "When background work last came round.", "loop")


SUBJECTS: tuple[type[Declarations], ...] = (
    TurnMetrics, GuardMetrics, ModelMetrics, PromptMetrics, DataMetrics, AlertMetrics, ProcessMetrics
)  # fmt: skip
"""All of them, in the order people read about them."""
