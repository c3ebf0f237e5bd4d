using System.Globalization;
using BatchLLM.Planning;
using BatchLLM.Rows;

namespace BatchLLM.Inference;

/// <summary>Whether a runner of given sizes can ever serve a request; judged before it takes any room.</summary>
internal static class RequestCheck
{
    /// <summary>Most tokens the request may generate here: its own limit, cut to the context.</summary>
    public static int MaxTokens(InferenceRequest request, RunnerLimits limits) =>
        Math.Min(request.Sampling.MaxTokens, limits.ContextLength - request.PromptTokens.Length);

    /// <summary>Why the request cannot be served, or null.</summary>
    public static RowError? Check(InferenceRequest request, RunnerLimits limits) =>
        CheckPrompt(request.PromptTokens, limits) ?? CheckSampling(request.Sampling) ?? CheckRoom(request, limits);

    private static RowError? CheckPrompt(int[] prompt, RunnerLimits limits)
    {
        if (prompt.Length == 0)
        {
            return new RowError(RowErrorCodes.EmptyPrompt, "the prompt has no tokens; expected at least one");
        }

        if (prompt.Length >= limits.ContextLength)
        {
            return Error(
                RowErrorCodes.PromptTooLong,
                $"the prompt has {prompt.Length} tokens; expected at most {limits.ContextLength - 1}, ",
                $"so that the context of {limits.ContextLength} leaves room for one more");
        }

        var wrong = prompt.AsSpan().IndexOfAnyExceptInRange(0, limits.VocabularySize - 1);
        return wrong < 0
            ? null
            : Error(
                RowErrorCodes.EngineError,
                $"prompt token {wrong + 1} has id {prompt[wrong]}; expected 0 to {limits.VocabularySize - 1}: ",
                $"the tokenizer is not the model's");
    }

    private static RowError? CheckSampling(SamplingParameters sampling) =>
        SamplingLimits.Check(sampling) is { } problem ? new RowError(RowErrorCodes.InvalidParameter, problem) : null;

    private static RowError? CheckRoom(InferenceRequest request, RunnerLimits limits)
    {
        var prompt = request.PromptTokens.Length;
        var maxTokens = MaxTokens(request, limits);
        var most = Scheduler.MostPositions(prompt, maxTokens);
        return most <= Scheduler.Capacity(limits)
            ? null
            : Error(
                RowErrorCodes.EngineError,
                $"the prompt of {prompt} tokens and max_tokens {maxTokens} need {most} KV positions; ",
                $"the KV cache has {Scheduler.Capacity(limits)}: lower max_tokens or give the cache more memory");
    }

    private static RowError Error(string code, FormattableString found, FormattableString expected) => new(
        code, found.ToString(CultureInfo.InvariantCulture) + expected.ToString(CultureInfo.InvariantCulture));
}
