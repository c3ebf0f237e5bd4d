namespace BatchLLM.Preflight;

/// <summary>What a job will come to on this machine, by what a sample of its rows showed.</summary>
/// <param name="SampledRows">Rows drawn at random from those that are ready.</param>
/// <param name="BegunRows">Rows of the sample that there was time to begin.</param>
/// <param name="FinishedRows">Rows of the sample whose completion ended; the others are known to be longer than they got.</param>
/// <param name="Seconds">How long the sample ran.</param>
/// <param name="StartSeconds">How long the weights took to load.</param>
/// <param name="PromptTokensPerSecond">Speed of prompts; null if there was no time to tell.</param>
/// <param name="CompletionTokensPerSecond">Speed of completions; null if there was no time to tell.</param>
/// <param name="CompletionTokens">Completion tokens of the whole job.</param>
/// <param name="RunSeconds">Run time of the whole job; null if a speed is not known.</param>
public sealed record RunEstimate(
    int SampledRows,
    int BegunRows,
    int FinishedRows,
    double Seconds,
    double StartSeconds,
    double? PromptTokensPerSecond,
    double? CompletionTokensPerSecond,
    Interval CompletionTokens,
    Interval? RunSeconds);
