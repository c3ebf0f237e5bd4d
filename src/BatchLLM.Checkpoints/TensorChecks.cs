namespace BatchLLM.Checkpoints;

/// <summary>Holds a checkpoint's tensors against what its configuration asks for.</summary>
internal static class TensorChecks
{
    /// <summary>Adds one problem per missing or wrong tensor, and per tensor that the engine would wrongly leave out.</summary>
    public static void Check(
        LlamaConfig config, IReadOnlyDictionary<string, Tensor> tensors, List<string> problems, List<string> notices)
    {
        var expected = LlamaTensors.Expected(config).ToDictionary(e => e.Name, StringComparer.Ordinal);
        foreach (var tensor in expected.Values)
        {
            if (Fault(tensor, tensors.GetValueOrDefault(tensor.Name)) is { } fault)
            {
                problems.Add(fault);
            }
        }

        foreach (var tensor in tensors.Values.Where(t => !expected.ContainsKey(t.Name)).OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            Extra(tensor, problems, notices);
        }
    }

    private static string? Fault(ExpectedTensor expected, Tensor? found)
    {
        if (found is null)
        {
            return $"tensor '{expected.Name}' of shape [{string.Join(", ", expected.Shape)}] is missing; " +
                "config.json asks for it. Download all weight files of the model.";
        }

        if (!found.Shape.SequenceEqual(expected.Shape))
        {
            return $"{found.FileName}: tensor '{found.Name}' has shape [{string.Join(", ", found.Shape)}]; expected " +
                $"[{string.Join(", ", expected.Shape)}]. config.json and weights must be of the same model.";
        }

        return found.Type is TensorType.BF16 or TensorType.F16 or TensorType.F32
            ? null
            : $"{found.FileName}: tensor '{found.Name}' has dtype {found.Type.Name()}; expected BF16, F16 or F32. " +
                "Quantized checkpoints are not supported yet: use the BF16 checkpoint of this model.";
    }

    private static void Extra(Tensor tensor, List<string> problems, List<string> notices)
    {
        // Old exports keep the rotary frequencies, and tied ones may repeat the head: both are known and unused.
        if (tensor.Name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal) || tensor.Name == LlamaTensors.Head)
        {
            return;
        }

        if (tensor.Name.StartsWith("model.layers.", StringComparison.Ordinal))
        {
            problems.Add($"{tensor.FileName}: tensor '{tensor.Name}' belongs to no part that config.json describes; leaving it " +
                "out would change the model. Use a checkpoint whose config.json fits its weights.");
        }
        else
        {
            notices.Add($"{tensor.FileName}: tensor '{tensor.Name}' is not used.");
        }
    }
}
