using BatchLLM.Inference;
using BatchLLM.Rows;

namespace BatchLLM.Prompts;

/// <summary>A row's own sampling values over the job's.</summary>
public static class SamplingOverrides
{
    // Beyond it, neighbouring integers are the same double.
    private const double MaxExactInteger = 1L << 53;

    /// <summary>Names of the parameters, as job files and OpenAI bodies spell them.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "max_tokens", "temperature", "top_p", "top_k", "seed", "stop", "repetition_penalty", "presence_penalty",
        "frequency_penalty",
    ];

    /// <summary>Takes one value over. A null value changes nothing.</summary>
    /// <param name="sampling">The values so far.</param>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="value">A number for all but stop, which is a text or a JSON array of texts.</param>
    /// <param name="problem">What was found and expected; null if the value was taken.</param>
    /// <remarks>Numbers written as text are refused, as by the OpenAI API; for columns that can hold nothing else, see <see cref="RowSampling"/>.</remarks>
    public static SamplingParameters Apply(
        SamplingParameters sampling, string name, RowValue value, out string? problem)
    {
        problem = null;
        if (value.IsNull)
        {
            return sampling;
        }

        if (name == "stop")
        {
            return StopTexts.TryRead(value, out var texts, out problem) ? sampling with { Stop = texts } : sampling;
        }

        if (value.Kind is not (RowValueKind.Integer or RowValueKind.Number))
        {
            problem = $"{name} is of type {value.Kind.ToString().ToLowerInvariant()}; expected a number";
            return sampling;
        }

        var number = ToWhole(name, value);
        problem = NumberProblem(name, number);
        return problem is null ? WithNumber(sampling, name, number) : sampling;
    }

    /// <summary>
    /// 64.0 is 64 where a whole number is asked for: data frames turn a column of integers with gaps into doubles.
    /// </summary>
    private static RowValue ToWhole(string name, RowValue value) =>
        name is "max_tokens" or "top_k" or "seed" && value.Kind == RowValueKind.Number
        && double.IsInteger(value.Number) && Math.Abs(value.Number) <= MaxExactInteger
            ? RowValue.FromInteger((long)value.Number)
            : value;

    private static string? NumberProblem(string name, RowValue value) => name switch
    {
        "max_tokens" or "top_k" or "seed" when value.Kind != RowValueKind.Integer =>
            $"{name} is {value}; expected a whole number",
        "max_tokens" => SamplingLimits.CheckMaxTokens(value.Integer),
        "top_k" => SamplingLimits.CheckTopK(value.Integer),
        "seed" => null,
        "temperature" => SamplingLimits.CheckTemperature(ToDouble(value)),
        "top_p" => SamplingLimits.CheckTopP(ToDouble(value)),
        "repetition_penalty" => SamplingLimits.CheckRepetitionPenalty(ToDouble(value)),
        "presence_penalty" => SamplingLimits.CheckPresencePenalty(ToDouble(value)),
        "frequency_penalty" => SamplingLimits.CheckFrequencyPenalty(ToDouble(value)),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Expected the name of a parameter."),
    };

    private static SamplingParameters WithNumber(SamplingParameters sampling, string name, RowValue value) => name switch
    {
        "max_tokens" => sampling with { MaxTokens = (int)value.Integer },
        "top_k" => sampling with { TopK = (int)value.Integer },
        "seed" => sampling with { Seed = unchecked((ulong)value.Integer) },
        "temperature" => sampling with { Temperature = ToDouble(value) },
        "top_p" => sampling with { TopP = ToDouble(value) },
        "repetition_penalty" => sampling with { RepetitionPenalty = ToDouble(value) },
        "presence_penalty" => sampling with { PresencePenalty = ToDouble(value) },
        _ => sampling with { FrequencyPenalty = ToDouble(value) },
    };

    private static double ToDouble(RowValue value) =>
        value.Kind == RowValueKind.Integer ? value.Integer : value.Number;
}
