namespace BatchLLM.Checkpoints.Quantization;

/// <summary>Reads scales that hold one value, in every shape and type that exporters have written them in.</summary>
internal static class ScaleReader
{
    /// <summary>The one value of a scale; null, with a problem, if it is missing, of another shape, or no usable scale.</summary>
    /// <param name="name">Tensor's name.</param>
    /// <param name="tensors">All tensors.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static float? Required(string name, IReadOnlyDictionary<string, Tensor> tensors, ICollection<string> problems)
    {
        if (tensors.TryGetValue(name, out var tensor))
        {
            return One(tensor, problems);
        }

        problems.Add($"tensor '{name}' is missing; its layer is declared quantized and needs this scale. " +
            "Download all weight files of the model.");
        return null;
    }

    /// <summary>The one value of a scale; null, with a problem, if it holds none.</summary>
    public static float? One(Tensor tensor, ICollection<string> problems)
    {
        if (tensor.ElementCount != 1 || tensor.Type is not (TensorType.F32 or TensorType.F16 or TensorType.BF16))
        {
            problems.Add($"{tensor.FileName}: tensor '{tensor.Name}' is {tensor.Type.Name()} of shape " +
                $"[{string.Join(", ", tensor.Shape)}]; expected one F32, F16 or BF16 value. Export the model again.");
            return null;
        }

        Span<float> value = stackalloc float[1];
        tensor.ReadFloats(0, value);
        return IsScale(value[0]) ? value[0] : Refuse(tensor, value[0], 0, problems);
    }

    /// <summary>Checks that every element is a usable scale.</summary>
    /// <returns>True if so; else a problem names the first that is not.</returns>
    public static bool AllPositive(Tensor tensor, ICollection<string> problems)
    {
        var values = new float[tensor.ElementCount];
        tensor.ReadFloats(0, values);
        var wrong = Array.FindIndex(values, v => !IsScale(v));
        return wrong < 0 || Refuse(tensor, values[wrong], wrong, problems) is not null;
    }

    private static bool IsScale(float value) => value > 0 && float.IsFinite(value);

    private static float? Refuse(Tensor tensor, float value, int element, ICollection<string> problems)
    {
        problems.Add(FormattableString.Invariant(
            $"{tensor.FileName}: tensor '{tensor.Name}' holds the scale {value} at element {element}; ") +
            "expected a positive finite number. The file is damaged: download it again.");
        return null;
    }
}
