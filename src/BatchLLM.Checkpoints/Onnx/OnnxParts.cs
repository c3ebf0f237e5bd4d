using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Onnx;

/// <summary>A model's parts, under the names that they have in safetensors checkpoints.</summary>
/// <param name="Config">The model's numbers.</param>
/// <param name="Tensors">Embedding and norms.</param>
/// <param name="Linears">Linear layers by module.</param>
/// <param name="Rope">The model's own rotary angles.</param>
/// <param name="Quantization">What its weights are.</param>
internal sealed record OnnxParts(
    LlamaConfig Config,
    IReadOnlyDictionary<string, Tensor> Tensors,
    IReadOnlyDictionary<string, LinearWeight> Linears,
    StoredRope Rope,
    QuantizationScheme Quantization)
{
    // w4a8 adds so many products in integers at least; a block, which has one scale, must be whole such sums.
    private const int IntegersOfSum = 16;

    /// <summary>Reads them from a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="config">Numbers of genai_config.json.</param>
    /// <param name="problems">Receives what is wrong with single parts, which are then left out.</param>
    /// <exception cref="OnnxRefusal">The graph is not that of a decoder with these numbers.</exception>
    public static OnnxParts Read(OnnxGraph graph, GenaiConfig config, ICollection<string> problems)
    {
        var decoder = new OnnxWalk(graph, config).Walk(config.Logits);
        var llama = config.ToLlama(IntermediateSize(graph, decoder), Epsilon(graph, decoder));
        var expected = LlamaTensors.ExpectedLinears(llama).ToDictionary(e => e.Name, StringComparer.Ordinal);
        var resolver = new OnnxLinearResolver(graph, expected);
        var tensors = Sound(LlamaTensors.ExpectedPlain(llama), e => Plain(graph, decoder.Plain[e.Name], e), e => e.Name, problems);
        var linears = Sound(decoder.Linears, resolver.Resolve, p => p.Module, problems);
        return new OnnxParts(llama, tensors, linears, OnnxRope.Read(graph, config, decoder.RotaryCaches), Scheme(linears.Values));
    }

    private static Dictionary<string, TValue> Sound<T, TValue>(
        IEnumerable<T> items, Func<T, TValue> read, Func<T, string> name, ICollection<string> problems)
    {
        var sound = new Dictionary<string, TValue>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            try
            {
                sound.Add(name(item), read(item));
            }
            catch (OnnxRefusal e)
            {
                problems.Add(e.Message);
            }
        }

        return sound;
    }

    // Quantizers fold AWQ's factors into norms and may leave them [1, hidden], so that elements are counted there.
    private static Tensor Plain(OnnxGraph graph, OnnxInitializer found, ExpectedTensor expected)
    {
        var fits = expected.Shape.Length == 1 ? found.ElementCount == expected.Shape[0] : found.Shape.SequenceEqual(expected.Shape);
        return fits && found.Type.IsFloat()
            ? found.As(expected.Name, expected.Shape)
            : throw graph.Refuse($"{found.Label} and stands for {expected.Name}; expected floats of shape [{string.Join(", ", expected.Shape)}]");
    }

    private static int IntermediateSize(OnnxGraph graph, OnnxDecoder decoder)
    {
        var gate = decoder.Linears.First(p => p.Module.EndsWith("gate_proj", StringComparison.Ordinal)).Linear.Node;
        var size = OnnxLinearResolver.Outputs(graph, gate);
        return size is > 0 and <= int.MaxValue ? (int)size : throw graph.Refuse($"the {gate.Label} has {size} outputs; expected 1 or more");
    }

    private static float Epsilon(OnnxGraph graph, OnnxDecoder decoder)
    {
        var epsilon = decoder.Epsilons.First();
        return decoder.Epsilons.Count == 1 && epsilon > 0 && float.IsFinite(epsilon)
            ? epsilon
            : throw graph.Refuse(FormattableString.Invariant(
                $"the norms have the epsilons {string.Join(" and ", decoder.Epsilons)}; expected one positive number"));
    }

    private static QuantizationScheme Scheme(IReadOnlyCollection<LinearWeight> linears)
    {
        var codes = linears.FirstOrDefault(w => w.Format == WeightFormat.Int4);
        if (codes is null)
        {
            return QuantizationScheme.None;
        }

        var supported = linears.All(w => w.Format == WeightFormat.Float || w.BlockSize % IntegersOfSum == 0)
            ? new[] { Numerics.W4A16, Numerics.W4A8 }
            : [Numerics.W4A16];
        var factors = linears.Any(w => w.InputFactors is not null) ? ", AWQ factors" : "";
        return new QuantizationScheme(
            $"ONNX INT4 (blocks of {codes.BlockSize}{factors})", WeightFormat.Int4, supported, KvPrecision.Full,
            [.. linears.Where(w => w.Format == WeightFormat.Float).Select(w => w.Name)]);
    }
}
