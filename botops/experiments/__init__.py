"""Statistics of experiments on prompts, by lead: one function a method, each with its source, each refusing with
ValueError what has no answer. Arm a is the control, arm b the treatment, a difference is b - a, alpha is two-sided."""

from botops.experiments.agreement import cohen_kappa
from botops.experiments.bayes import BestOf, bayes_props
from botops.experiments.beside import Chance, Fixed, NoWorse, chance, fixed_horizon, no_worse
from botops.experiments.buckets import Bucketed, assign, bucket
from botops.experiments.many import Adjusted, ChiSquare, bh, holm, srm_chi2
from botops.experiments.means import (
    AdjustedTest,
    Lift,
    OneSided,
    RatioTest,
    TTest,
    cuped,
    noninferiority,
    ratio_delta,
    relative_lift,
    welch,
)
from botops.experiments.planning import (
    Detectable,
    Power,
    SampleSize,
    mde_props,
    power_props,
    sample_size_means,
    sample_size_props,
)
from botops.experiments.proportions import (
    Difference,
    Estimate,
    ExactTest,
    ZTest,
    diff_mn,
    diff_newcombe,
    fisher,
    two_prop_z,
    wilson,
)
from botops.experiments.rise import Rise, share_rise
from botops.experiments.sequential import Always, CountsTest, cs_means, cs_props, seq_counts
from botops.experiments.stopping import Stop, StopRule, stops
from botops.experiments.tripwire import HarmTest, harm_exact
from botops.experiments.verdict import Compared, Look, Mean, Measured, Metric, Plan, Share, State, Verdict, judge
from botops.experiments.words import say

__all__ = [
    "Adjusted",
    "AdjustedTest",
    "Always",
    "BestOf",
    "Bucketed",
    "Chance",
    "ChiSquare",
    "Compared",
    "CountsTest",
    "Detectable",
    "Difference",
    "Estimate",
    "ExactTest",
    "Fixed",
    "HarmTest",
    "Lift",
    "Look",
    "Mean",
    "Measured",
    "Metric",
    "NoWorse",
    "OneSided",
    "Plan",
    "Power",
    "RatioTest",
    "Rise",
    "SampleSize",
    "Share",
    "State",
    "Stop",
    "StopRule",
    "TTest",
    "Verdict",
    "ZTest",
    "assign",
    "bayes_props",
    "bh",
    "bucket",
    "chance",
    "cohen_kappa",
    "cs_means",
    "cs_props",
    "cuped",
    "diff_mn",
    "diff_newcombe",
    "fisher",
    "fixed_horizon",
    "harm_exact",
    "holm",
    "judge",
    "mde_props",
    "no_worse",
    "noninferiority",
    "power_props",
    "ratio_delta",
    "relative_lift",
    "sample_size_means",
    "sample_size_props",
    "say",
    "seq_counts",
    "share_rise",
    "srm_chi2",
    "stops",
    "two_prop_z",
    "welch",
    "wilson",
]
