namespace BatchLLM.Checkpoints.Onnx.Writing;

/// <summary>Rounds weights to half precision, which ends at 65,504.</summary>
internal static class Halves
{
    /// <summary>Rounds to nearest even.</summary>
    /// <exception cref="BatchLLMException">A value does not fit.</exception>
    public static Half[] Of(string name, ReadOnlySpan<float> values)
    {
        var halves = new Half[values.Length];
        for (var i = 0; i < halves.Length; i++)
        {
            halves[i] = (Half)values[i];
            if (!Half.IsFinite(halves[i]))
            {
                throw new BatchLLMException(FormattableString.Invariant(
                    $"tensor '{name}' holds {values[i]}, which half precision cannot; the ONNX layout stores it so. ") +
                    "Use another format for this model.");
            }
        }

        return halves;
    }
}
