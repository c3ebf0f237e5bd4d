using System.Globalization;

namespace BatchLLM.Inference;

/// <summary>
/// The range of every sampling parameter. Each check returns null for a good value, or what was found and expected:
/// <c>max_tokens is 0; expected 1 to 4096</c>. Values are the wide types of job files and columns, so that a value is
/// judged before it is narrowed.
/// </summary>
public static class SamplingLimits
{
    /// <summary>Largest max_tokens while no model's context is known.</summary>
    public const int MaxTokensCeiling = 1 << 20;

    /// <summary>Largest top_k; more than any vocabulary.</summary>
    public const int MaxTopK = 1_000_000;

    /// <summary>Most stop texts.</summary>
    public const int MaxStopTexts = 16;

    /// <summary>The first problem of the parameters, while no model's context is known; null if none.</summary>
    public static string? Check(SamplingParameters parameters) => Check(parameters, MaxTokensCeiling);

    /// <summary>The first problem of the parameters for a model of this context; null if none.</summary>
    /// <param name="parameters">What to judge; the seed may be anything.</param>
    /// <param name="contextLength">Largest max_tokens.</param>
    public static string? Check(SamplingParameters parameters, int contextLength) =>
        CheckMaxTokens(parameters.MaxTokens, contextLength)
        ?? CheckTemperature(parameters.Temperature)
        ?? CheckTopP(parameters.TopP)
        ?? CheckTopK(parameters.TopK)
        ?? CheckRepetitionPenalty(parameters.RepetitionPenalty)
        ?? CheckPresencePenalty(parameters.PresencePenalty)
        ?? CheckFrequencyPenalty(parameters.FrequencyPenalty)
        ?? CheckStop(parameters.Stop);

    /// <summary>max_tokens: 1 to the context.</summary>
    public static string? CheckMaxTokens(long value, int contextLength = MaxTokensCeiling) =>
        CheckRange("max_tokens", value, 1, contextLength);

    /// <summary>temperature: 0 to 2, finite.</summary>
    public static string? CheckTemperature(double value) => CheckRange("temperature", value, 0, 2);

    /// <summary>top_p: above 0, at most 1.</summary>
    public static string? CheckTopP(double value) => CheckAboveZero("top_p", value, 1);

    /// <summary>top_k: 0, which keeps all, to <see cref="MaxTopK"/>.</summary>
    public static string? CheckTopK(long value) => CheckRange("top_k", value, 0, MaxTopK);

    /// <summary>repetition_penalty: above 0, at most 10.</summary>
    public static string? CheckRepetitionPenalty(double value) => CheckAboveZero("repetition_penalty", value, 10);

    /// <summary>presence_penalty: -2 to 2.</summary>
    public static string? CheckPresencePenalty(double value) => CheckRange("presence_penalty", value, -2, 2);

    /// <summary>frequency_penalty: -2 to 2.</summary>
    public static string? CheckFrequencyPenalty(double value) => CheckRange("frequency_penalty", value, -2, 2);

    /// <summary>stop: at most <see cref="MaxStopTexts"/> texts, none empty. The texts are never quoted.</summary>
    public static string? CheckStop(IReadOnlyList<string> texts)
    {
        if (texts.Count > MaxStopTexts)
        {
            return Sentence($"stop has {texts.Count} texts; expected at most {MaxStopTexts}");
        }

        for (var index = 0; index < texts.Count; index++)
        {
            if (string.IsNullOrEmpty(texts[index]))
            {
                return Sentence($"stop text {index + 1} is empty; expected at least one character");
            }
        }

        return null;
    }

    private static string? CheckRange(string name, long value, long least, long most) =>
        value >= least && value <= most ? null : Sentence($"{name} is {value}; expected {least} to {most}");

    // Written so that NaN, which compares false with everything, is refused.
    private static string? CheckRange(string name, double value, double least, double most) =>
        value >= least && value <= most ? null : Sentence($"{name} is {value}; expected {least} to {most}");

    private static string? CheckAboveZero(string name, double value, double most) =>
        value > 0 && value <= most ? null : Sentence($"{name} is {value}; expected above 0 and at most {most}");

    private static string Sentence(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
