using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Cuda.Weights;

namespace BatchLLM.Cuda.Model;

/// <summary>
/// What a step's kernels write and read on a device. One buffer holds the input of whichever product is next and one its output,
/// since everything is queued in order and read once.
/// </summary>
internal sealed class PassBuffers : IDisposable
{
    private const int LargestInput = sizeof(ushort);
    private const int ColumnMultiple = 16; // of a product's output
    private const int SumBytes = 2 * sizeof(float);

    /// <summary>Allocates them.</summary>
    /// <param name="device">Where.</param>
    /// <param name="weights">The model.</param>
    /// <param name="shape">Of its attention.</param>
    /// <param name="rows">Most rows of a step.</param>
    /// <param name="headRows">Most rows whose logits are computed together.</param>
    /// <param name="partials">Partial results of attention.</param>
    public PassBuffers(IDevice device, DeviceWeights weights, AttentionShape shape, int rows, int headRows, int partials)
    {
        var linears = weights.Layers.SelectMany(layer => layer.Linears).ToList();
        Residual = device.Allocate((long)rows * weights.Head.Depth * sizeof(float));
        Inputs = device.Allocate((long)rows * linears.Append(weights.Head).Max(linear => linear.Depth) * LargestInput);
        BlockScales = device.Allocate(BlockScaleTiles.ByteCount(rows, linears.Append(weights.Head).Max(linear => linear.Depth)));
        device.Fill(BlockScales.Address, 0, BlockScales.ByteCount);
        Products = device.Allocate(rows * linears.Max(linear => (long)linear.Columns * linear.Form.Input.Output().Bytes()));
        Queries = device.Allocate((long)rows * shape.Width * sizeof(ushort));
        Mixed = device.Allocate((long)rows * shape.Width * sizeof(ushort));
        PartialOutputs = device.Allocate((long)partials * shape.Width * sizeof(float));
        PartialSums = device.Allocate((long)partials * shape.HeadCount * SumBytes);
        NormScales = device.Allocate((long)rows * sizeof(float));
        OtherScales = device.Allocate((long)rows * sizeof(float));
        Logits = device.Allocate((long)headRows * weights.Head.Columns * sizeof(float));
    }

    /// <summary>The residual stream. // float32 [rows, hidden]</summary>
    public DeviceMemory Residual { get; }

    /// <summary>Input of the next product.</summary>
    public DeviceMemory Inputs { get; }

    /// <summary>
    /// Scales of that input's blocks, if it is NVFP4. Zeros at first: a product may read, though it needs not, those of rows that
    /// fill its last tiles up.
    /// </summary>
    public DeviceMemory BlockScales { get; }

    /// <summary>Output of the last product.</summary>
    public DeviceMemory Products { get; }

    /// <summary>BF16 // [rows, heads, head size]</summary>
    public DeviceMemory Queries { get; }

    /// <summary>What the chunk kernel gives. BF16 // [rows, heads, head size]</summary>
    public DeviceMemory Mixed { get; }

    /// <summary>float32 // [partials, heads, head size]</summary>
    public DeviceMemory PartialOutputs { get; }

    /// <summary>Maxima and sums. // float32 [partials, heads, 2]</summary>
    public DeviceMemory PartialSums { get; }

    /// <summary>Scales of rows that a norm has rounded. Apart from the others: a norm reads those while it writes these. // float32 [rows]</summary>
    public DeviceMemory NormScales { get; }

    /// <summary>Scales of rows that attention or activation has rounded. // float32 [rows]</summary>
    public DeviceMemory OtherScales { get; }

    /// <summary>// [head rows, vocabulary filled up]</summary>
    public DeviceMemory Logits { get; }

    /// <summary>Where who makes a product's input writes its scales, if there are some.</summary>
    /// <param name="form">What the input is rounded to.</param>
    /// <param name="rowScales">Where, if there is one a row.</param>
    public ulong InputScales(LinearForm form, DeviceMemory rowScales) =>
        form.Input == InputForm.Nvfp4 ? BlockScales.Address : rowScales.Address;

    /// <summary>Bytes that they take at most, whatever the weights are compressed to.</summary>
    public static long BytesOf(LlamaConfig config, int rows, int headRows, int partials)
    {
        var width = (long)config.HeadCount * config.HeadSize;
        var depth = Math.Max(config.HeadCount * config.HeadSize, Math.Max(config.HiddenSize, config.IntermediateSize));
        var inputs = (long)depth * LargestInput;
        var products = Math.Max(
            2L * config.IntermediateSize, width + 2L * config.KvHeadCount * config.HeadSize) * ElementType.Int32.Bytes();
        var perRow = config.HiddenSize * sizeof(float) + inputs + products + 2 * width * sizeof(ushort) + 2 * sizeof(float);
        return rows * perRow + BlockScaleTiles.ByteCount(rows, depth) + partials * (width * sizeof(float) + config.HeadCount * SumBytes)
            + headRows * (config.VocabularySize + ColumnMultiple) * (long)sizeof(float);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(
            [Residual, Inputs, BlockScales, Products, Queries, Mixed, PartialOutputs, PartialSums, NormScales, OtherScales, Logits],
            memory => memory.Dispose());
    }
}
