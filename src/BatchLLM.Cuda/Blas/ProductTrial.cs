using System.Security.Cryptography;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Blas;

/// <summary>Tries algorithms of one shape on made-up numbers: whether they run at all, what they give, how long they take.</summary>
internal sealed class ProductTrial : IDisposable
{
    private const int Repeats = 5;

    // All shapes of more rows than these have them in common.
    private const int ComparedRows = 16;

    private readonly CudaDevice _device;
    private readonly nint _handle;
    private readonly ProductDescriptor _descriptor;
    private readonly DeviceMemory _workspace;
    private readonly DeviceMemory _x;
    private readonly DeviceMemory _w;
    private readonly DeviceMemory _y;
    private readonly DeviceMemory? _xScales;
    private readonly DeviceMemory? _wScales;
    private readonly MatrixProduct _product;

    /// <summary>Fills operands with numbers.</summary>
    public ProductTrial(CudaDevice device, nint handle, ProductDescriptor descriptor, DeviceMemory workspace)
    {
        (_device, _handle, _descriptor, _workspace) = (device, handle, descriptor, workspace);
        var shape = descriptor.Shape;
        var numbers = TrialNumbers.Of(shape.InputType);
        _x = Filled(numbers, shape.InputType.Bytes((long)shape.Rows * shape.Depth));
        _w = Filled(numbers, shape.InputType.Bytes((long)shape.Columns * shape.Depth));
        _y = device.Allocate((long)shape.Rows * shape.Columns * shape.OutputType.Bytes());
        if (shape.InputType == ElementType.E2M1)
        {
            var scales = TrialNumbers.BlockScales();
            _xScales = Filled(scales, BlockScaleTiles.ByteCount(shape.Rows, shape.Depth));
            _wScales = Filled(scales, BlockScaleTiles.ByteCount(shape.Columns, shape.Depth));
        }

        _product = new MatrixProduct(
            _x.Address, _w.Address, _y.Address, shape.Rows, shape.Columns, shape.Depth, shape.InputType, shape.OutputType)
        {
            XScales = _xScales?.Address ?? 0,
            WScales = _wScales?.Address ?? 0,
        };
    }

    /// <summary>Tries one.</summary>
    /// <returns>Null if the library refuses it now, which its heuristic does not always foresee.</returns>
    public TimedCandidate? Run(Algorithm algorithm)
    {
        if (Queue(algorithm) != BlasStatus.Success)
        {
            return null;
        }

        var shape = _descriptor.Shape;
        var result = new byte[(long)Math.Min(ComparedRows, shape.Rows) * shape.Columns * shape.OutputType.Bytes()];
        _device.Download(_y.Address, result);
        var milliseconds = _device.Milliseconds(() =>
        {
            for (var i = 0; i < Repeats; i++)
            {
                _ = Queue(algorithm);
            }
        });
        return new TimedCandidate(algorithm, milliseconds / Repeats, Convert.ToHexStringLower(SHA256.HashData(result)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _device.Synchronize();
        _x.Dispose();
        _w.Dispose();
        _y.Dispose();
        _xScales?.Dispose();
        _wScales?.Dispose();
    }

    private BlasStatus Queue(Algorithm algorithm) =>
        ProductPlan.Run(_handle, _descriptor, algorithm, _product, _workspace, _device.Stream);

    private DeviceMemory Filled(byte[] numbers, long bytes)
    {
        var memory = _device.Allocate(bytes);
        for (var start = 0L; start < bytes; start += numbers.Length)
        {
            _device.Upload(numbers.AsSpan(0, (int)Math.Min(numbers.Length, bytes - start)), memory.Address + (ulong)start);
        }

        return memory;
    }
}
