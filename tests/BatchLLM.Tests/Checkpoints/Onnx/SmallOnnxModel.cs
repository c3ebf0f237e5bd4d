using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Onnx;
using BatchLLM.Checkpoints.Onnx.Proto;
using BatchLLM.Checkpoints.Onnx.Writing;
using Google.Protobuf;

namespace BatchLLM.Tests.Checkpoints.Onnx;

/// <summary>A random two-layer decoder in a temporary folder, written by the exporter, with what was put into it.</summary>
internal sealed class SmallOnnxModel : IDisposable
{
    private readonly Random _random;

    public SmallOnnxModel(int seed = 1)
    {
        _random = new Random(seed);
        using var writer = new OnnxInt4Writer(Folder, Config, []);
        WriteAll(writer);
        writer.Finish(new GenerationDefaults(1, [2, 5], null, DoSample: false, 0.6, 0.9));
    }

    public static LlamaConfig Config { get; } = new()
    {
        Architecture = "LlamaForCausalLM",
        HiddenSize = 256,
        LayerCount = 2,
        HeadCount = 4,
        KvHeadCount = 2,
        HeadSize = 64,
        IntermediateSize = 384,
        VocabularySize = 97,
        ContextLength = 32,
        NormEpsilon = 1e-5,
        RopeTheta = 500_000,
    };

    public string Folder { get; } = Directory.CreateTempSubdirectory("batchllm-onnx-").FullName;

    /// <summary>Codes by module. // [outputs, inputs]</summary>
    public Dictionary<string, sbyte[]> Codes { get; } = [];

    /// <summary>Scales by module. // [outputs, blocks]</summary>
    public Dictionary<string, Half[]> Scales { get; } = [];

    /// <summary>Factors by module. // [inputs]</summary>
    public Dictionary<string, float[]> Factors { get; } = [];

    /// <summary>Embedding and norms by name, and the output matrix under its module; all of them halves already.</summary>
    public Dictionary<string, float[]> Floats { get; } = [];

    public StoredRope Rope { get; private set; } = new(0, [], []);

    public string File(string name) => Path.Combine(Folder, name);

    /// <summary>Changes the graph's file.</summary>
    public void Edit(Action<ModelProto> edit)
    {
        var model = ModelProto.Parser.ParseFrom(System.IO.File.ReadAllBytes(File("model.onnx")));
        edit(model);
        System.IO.File.WriteAllBytes(File("model.onnx"), model.ToByteArray());
    }

    /// <summary>Opens the folder; the model is null if it cannot be followed.</summary>
    public OnnxModel? Open(out List<string> problems)
    {
        problems = [];
        return OnnxModel.Open(Folder, problems);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void WriteAll(OnnxInt4Writer writer)
    {
        foreach (var expected in LlamaTensors.ExpectedPlain(Config).Where(e => e.Shape.Length == 1))
        {
            Floats[expected.Name] = Halves(expected.Shape[0], 0.5, 1.5);
            writer.WriteNorm(expected.Name, Floats[expected.Name]);
        }

        foreach (var linear in LlamaTensors.ExpectedLinears(Config).Where(e => e.Name != LlamaTensors.HeadModule))
        {
            WriteLinear(writer, linear);
        }

        var elements = (long)Config.VocabularySize * Config.HiddenSize;
        Floats[LlamaTensors.Embedding] = Halves(elements, -1, 1);
        Floats[LlamaTensors.HeadModule] = Halves(elements, -0.2, 0.2);
        writer.WriteEmbedding(MemoryTensor.Of(LlamaTensors.Embedding, Floats[LlamaTensors.Embedding], Config.VocabularySize, Config.HiddenSize));
        writer.WriteHead(MemoryTensor.Linear(
            LlamaTensors.HeadModule, Floats[LlamaTensors.HeadModule], Config.VocabularySize, Config.HiddenSize));
        WriteRope(writer);
    }

    private void WriteLinear(OnnxInt4Writer writer, ExpectedTensor linear)
    {
        var (outputs, inputs) = ((int)linear.Shape[0], (int)linear.Shape[1]);
        var matrix = new Int4Matrix(outputs, inputs, 128);
        var codes = new sbyte[outputs * inputs]; // [outputs, inputs]
        var scales = new Half[outputs * matrix.BlockCount]; // [outputs, blocks]
        _random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(codes.AsSpan()));
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = (sbyte)((codes[i] & 15) - 8);
        }

        for (var i = 0; i < scales.Length; i++)
        {
            scales[i] = (Half)(0.005 + 0.01 * _random.NextDouble());
        }

        // Rows in two unequal chunks, of which the second begins inside a byte.
        const int Odd = 33;
        matrix.SetRows(Odd, codes.AsSpan(Odd * inputs), scales.AsSpan(Odd * matrix.BlockCount));
        matrix.SetRows(0, codes.AsSpan(0, Odd * inputs), scales.AsSpan(0, Odd * matrix.BlockCount));
        (Codes[linear.Name], Scales[linear.Name]) = (codes, scales);
        if (linear.Name.EndsWith("o_proj", StringComparison.Ordinal) || linear.Name.EndsWith("down_proj", StringComparison.Ordinal))
        {
            Factors[linear.Name] = Halves(inputs, 0.5, 2);
        }

        writer.WriteLinear(linear.Name, matrix, Factors.GetValueOrDefault(linear.Name));
    }

    private void WriteRope(OnnxInt4Writer writer)
    {
        var count = Config.ContextLength * Config.HeadSize / 2;
        var angles = Enumerable.Range(0, count).Select(i =>
            i / (Config.HeadSize / 2) * Math.Pow(Config.RopeTheta, -2.0 * (i % (Config.HeadSize / 2)) / Config.HeadSize)).ToList();
        Rope = new StoredRope(
            Config.ContextLength, [.. angles.Select(a => (float)(Half)Math.Cos(a))], [.. angles.Select(a => (float)(Half)Math.Sin(a))]);
        writer.WriteRope(Rope);
    }

    private float[] Halves(long count, double low, double high)
    {
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(Half)(low + (high - low) * _random.NextDouble());
        }

        return values;
    }
}
