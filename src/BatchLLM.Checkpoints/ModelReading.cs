using System.Text.Json;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Checkpoints.Onnx;
using BatchLLM.Checkpoints.Quantization;

namespace BatchLLM.Checkpoints;

/// <summary>
/// One pass over a model directory that finds everything it holds and everything that is wrong with it. Opening stops at
/// its problems; inspecting lists them.
/// </summary>
internal sealed class ModelReading : IDisposable
{
    private OnnxModel? _onnx;

    private ModelReading(string path) => Path = path;

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>The configuration; null if config.json could not be read at all.</summary>
    public LlamaConfig? Config { get; private set; }

    /// <summary>Tensors of all readable safetensors files.</summary>
    public TensorSet Files { get; } = new();

    /// <summary>Tensors by their safetensors names; of an ONNX model, embedding and norms.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _onnx?.Parts.Tensors ?? Files.Tensors;

    /// <summary>The declared quantization.</summary>
    public QuantizationScheme Quantization { get; private set; } = QuantizationScheme.None;

    /// <summary>The linear layers that are sound, by module name.</summary>
    public IReadOnlyDictionary<string, LinearWeight> Linears { get; private set; } = new Dictionary<string, LinearWeight>();

    /// <summary>Rotary angles that the checkpoint brings along; null for none.</summary>
    public StoredRope? Rope => _onnx?.Parts.Rope;

    /// <summary>Scales of the KV cache. // [layers]</summary>
    public KvScales[] KvScales { get; private set; } = [];

    /// <summary>Ids that end a completion.</summary>
    public IReadOnlyList<int> StopTokenIds { get; private set; } = [];

    /// <summary>What keeps the model from running, one sentence each.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>What is unusual but harmless, one sentence each.</summary>
    public List<string> Notices { get; } = [];

    /// <summary>All tensors as they count in an inspection.</summary>
    public IEnumerable<StoredPart> Parts() => _onnx is null
        ? Tensors.Values.Select(StoredPart.Of)
        : Tensors.Values.Select(StoredPart.Of).Concat(Linears.Values.Select(StoredPart.Of));

    /// <summary>Tells this model from another: see <see cref="ModelDigest"/>.</summary>
    public string Digest() => ModelDigest.Compute(Path, Files, _onnx);

    /// <summary>Reads the directory. The caller disposes it.</summary>
    public static ModelReading Of(string path)
    {
        var reading = new ModelReading(System.IO.Path.GetFullPath(path));
        if (!Directory.Exists(reading.Path))
        {
            reading.Problems.Add($"{path}: there is no such directory; expected a model directory with config.json and " +
                "model.safetensors. Check the path.");
            return reading;
        }

        if (OnnxModel.IsIn(reading.Path))
        {
            reading.ReadOnnx();
        }
        else
        {
            reading.ReadSafetensors();
        }

        return reading;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Files.Dispose();
        _onnx?.Dispose();
    }

    private void ReadOnnx()
    {
        _onnx = OnnxModel.Open(Path, Problems);
        if (_onnx is { Parts: var parts })
        {
            (Config, Quantization, Linears) = (parts.Config, parts.Quantization, parts.Linears);
            KvScales = Unscaled(parts.Config);
        }

        ReadStops();
    }

    private void ReadSafetensors()
    {
        var quantization = ReadConfig();
        var configIsSound = Problems.Count == 0;
        Quantization = quantization.ToScheme();
        ReadStops();
        var before = Problems.Count;
        OpenFiles();

        // Tensors held against a wrong configuration, or looked for in damaged files, would bury one problem under hundreds.
        if (Config is { } config && configIsSound && Problems.Count == before)
        {
            ResolveTensors(config, quantization);
        }
    }

    private void ResolveTensors(LlamaConfig config, QuantizationConfig quantization)
    {
        var linears = new TensorChecks(config, Tensors, Problems, Notices).Check(quantization);
        KvScales = quantization.Kv == KvPrecision.Fp8
            ? KvScaleReader.Read(config.LayerCount, Tensors, Problems, Notices)
            : Unscaled(config);
        if (config.TiesEmbeddings && Tensors.TryGetValue(LlamaTensors.Embedding, out var embedding))
        {
            linears[LlamaTensors.HeadModule] = LinearResolver.Plain(
                LlamaTensors.HeadModule, embedding, config.VocabularySize, config.HiddenSize);
        }

        Linears = linears;
        if (quantization.Method == QuantizationMethod.None && Tensors.TryGetValue(LlamaTensors.Embedding, out var table)
            && table.Type == TensorType.BF16)
        {
            // A BF16 checkpoint was trained and is served with keys and values in BF16.
            Quantization = Quantization with { Kv = KvPrecision.Bf16 };
        }
    }

    private static KvScales[] Unscaled(LlamaConfig config) =>
        [.. Enumerable.Repeat(new KvScales(1, 1), config.LayerCount)];

    private QuantizationConfig ReadConfig()
    {
        if (ReadJson("config.json", required: true) is not { } json)
        {
            return QuantizationConfig.None;
        }

        using (json)
        using (var quantFile = ReadJson("hf_quant_config.json", required: false))
        {
            var fields = new JsonFields(json.RootElement, "config.json", Problems);
            Config = LlamaConfigReader.Read(fields);
            return QuantizationReader.Read(
                fields,
                quantFile is null ? null : new JsonFields(quantFile.RootElement, "hf_quant_config.json", Problems),
                Notices);
        }
    }

    private void ReadStops()
    {
        var stops = new SortedSet<int>(Config?.StopTokenIds ?? []);
        if (ReadJson("generation_config.json", required: false) is { } json)
        {
            using (json)
            {
                stops.UnionWith(new JsonFields(json.RootElement, "generation_config.json", Problems).Ids("eos_token_id"));
            }
        }

        StopTokenIds = [.. stops];
        foreach (var id in stops.Where(id => id >= Config?.VocabularySize))
        {
            Problems.Add($"eos_token_id {id} is outside the vocabulary of {Config?.VocabularySize}; " +
                "config.json and generation_config.json must be those of this model.");
        }
    }

    private void OpenFiles()
    {
        var index = Resolve(SafetensorsIndex.FileName);
        var single = Resolve("model.safetensors");
        if (File.Exists(index))
        {
            OpenShards(File.ReadAllBytes(index));
        }
        else if (File.Exists(single))
        {
            Files.Add(single, Problems);
        }
        else
        {
            Problems.Add(
                $"{Path}: neither model.safetensors nor {SafetensorsIndex.FileName} is there; download the model's weights.");
        }
    }

    private void OpenShards(byte[] index)
    {
        var map = SafetensorsIndex.Parse(index, Problems);
        foreach (var file in map.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            Files.Add(Resolve(file), Problems);
        }

        foreach (var (name, file) in map)
        {
            if (Tensors.TryGetValue(name, out var tensor) && tensor.FileName != file)
            {
                Problems.Add($"{SafetensorsIndex.FileName}: tensor '{name}' is said to be in {file} and stands in " +
                    $"{tensor.FileName}; download index and shards of one export.");
            }
        }
    }

    private JsonDocument? ReadJson(string name, bool required)
    {
        var path = Resolve(name);
        if (!File.Exists(path))
        {
            if (required)
            {
                Problems.Add($"{name}: the file is missing from {Path}; expected a model directory as its publisher wrote it. " +
                    "Download the file again.");
            }

            return null;
        }

        try
        {
            var document = JsonText.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            Problems.Add($"{name}: the file is not a JSON object; download it again.");
        }
        catch (JsonException e)
        {
            Problems.Add($"{name}: the file is not valid JSON ({e.Message}); download it again.");
        }

        return null;
    }

    private string Resolve(string name) => System.IO.Path.Combine(Path, name);
}
