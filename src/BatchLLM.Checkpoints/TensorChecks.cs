using BatchLLM.Checkpoints.Linear;
using BatchLLM.Checkpoints.Quantization;

namespace BatchLLM.Checkpoints;

/// <summary>Holds a checkpoint's tensors against what its configuration asks for.</summary>
/// <param name="config">The model's numbers.</param>
/// <param name="tensors">All tensors by name.</param>
/// <param name="problems">Receives one sentence per missing or wrong tensor, and per tensor that would wrongly be left out.</param>
/// <param name="notices">Receives what is harmless.</param>
internal sealed class TensorChecks(
    LlamaConfig config, IReadOnlyDictionary<string, Tensor> tensors, List<string> problems, List<string> notices)
{
    private static readonly string[][] Siblings =
        [["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], ["mlp.gate_proj", "mlp.up_proj"]];

    private static readonly string[] LinearSuffixes =
        ["weight", "weight_scale", "weight_scale_2", "input_scale", "weight_zero_point"];

    /// <summary>Checks every tensor.</summary>
    /// <param name="quantization">The declaration.</param>
    /// <returns>The linear layers that are sound, by module name.</returns>
    public Dictionary<string, LinearWeight> Check(QuantizationConfig quantization)
    {
        var plain = LlamaTensors.ExpectedPlain(config).ToDictionary(e => e.Name, StringComparer.Ordinal);
        var linears = LlamaTensors.ExpectedLinears(config).ToDictionary(e => e.Name, StringComparer.Ordinal);
        problems.AddRange(plain.Values.Select(e => Fault(e, tensors.GetValueOrDefault(e.Name))).OfType<string>());
        var sound = Resolve(new LinearResolver(quantization, tensors, problems), linears.Values);
        CheckSiblings(sound);
        foreach (var tensor in tensors.Values.OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            if (!plain.ContainsKey(tensor.Name) && !IsPartOf(linears, tensor.Name))
            {
                Extra(tensor);
            }
        }

        return sound;
    }

    private static Dictionary<string, LinearWeight> Resolve(LinearResolver resolver, IEnumerable<ExpectedTensor> linears)
    {
        var sound = new Dictionary<string, LinearWeight>(StringComparer.Ordinal);
        foreach (var linear in linears)
        {
            if (resolver.Resolve(linear.Name, checked((int)linear.Shape[0]), checked((int)linear.Shape[1])) is { } weight)
            {
                sound.Add(linear.Name, weight);
            }
        }

        return sound;
    }

    // Siblings read one input, which is rounded once for all of them or for none.
    private void CheckSiblings(Dictionary<string, LinearWeight> linears)
    {
        for (var layer = 0; layer < config.LayerCount; layer++)
        {
            foreach (var group in Siblings)
            {
                var found = group.Select(m => linears.GetValueOrDefault(LlamaTensors.Module(layer, m))).OfType<LinearWeight>().ToList();
                if (found.Select(w => w.Format == WeightFormat.Float).Distinct().Count() > 1)
                {
                    problems.Add($"layer {layer}: of {string.Join(", ", group)}, only " +
                        $"{string.Join(", ", found.Where(w => w.Format != WeightFormat.Float).Select(w => w.Name))} " +
                        "is quantized; expected all or none of them. Export the model again.");
                }
            }
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

        return LinearShapes.IsPlain(found.Type)
            ? null
            : $"{found.FileName}: tensor '{found.Name}' has dtype {found.Type.Name()}; expected BF16, F16 or F32. " +
                "Embeddings and norms are never quantized: export the model again.";
    }

    private static bool IsPartOf(Dictionary<string, ExpectedTensor> linears, string name)
    {
        var dot = name.LastIndexOf('.');
        return dot > 0 && linears.ContainsKey(name[..dot]) && LinearSuffixes.Contains(name[(dot + 1)..], StringComparer.Ordinal);
    }

    private void Extra(Tensor tensor)
    {
        // Old exports keep the rotary frequencies, and tied ones may repeat the head: both are known and unused. The scales
        // of a KV cache are read elsewhere, and are unused where the cache is not FP8.
        if (tensor.Name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal) || tensor.Name == LlamaTensors.Head
            || IsKvScale(tensor.Name))
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

    private bool IsKvScale(string name) =>
        KvScaleReader.Layer(name) is { } layer && layer < config.LayerCount;
}
