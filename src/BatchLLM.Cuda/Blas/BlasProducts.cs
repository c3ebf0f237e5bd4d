using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Blas;

/// <summary>Matrix products of one device. Each shape gets its algorithm once, by trying, and keeps it.</summary>
internal sealed unsafe class BlasProducts : IDisposable
{
    // NVIDIA's advice for Hopper and newer.
    private const int WorkspaceBytes = 32 << 20;
    private const int WantedCandidates = 16;

    private readonly CudaDevice _device;
    private readonly nint _handle;
    private readonly nint _preference;
    private readonly DeviceMemory _workspace;
    private readonly AlgorithmFile _file;
    private readonly Dictionary<ProductShape, TimedCandidate> _kept;
    private readonly Dictionary<ProductShape, ProductPlan> _plans = [];

    /// <summary>Sets the library up.</summary>
    /// <param name="device">Computes.</param>
    /// <param name="directory">Where choices are kept.</param>
    /// <exception cref="BatchLLMException">cuBLASLt is missing or does not start.</exception>
    public BlasProducts(CudaDevice device, string directory)
    {
        _device = device;
        nint handle, preference;
        BlasCheck.Check(BlasApi.Create(&handle), "start");
        _handle = handle;
        BlasCheck.Check(BlasApi.PreferenceCreate(&preference), "take preferences");
        _preference = preference;
        Prefer(PreferenceAttribute.MaxWorkspaceBytes, (ulong)WorkspaceBytes);

        // Sums that are split over blocks are added in an order that depends on the number of rows.
        Prefer(PreferenceAttribute.ReductionSchemeMask, 0u);
        _workspace = device.Allocate(WorkspaceBytes);
        _file = new AlgorithmFile(AlgorithmFile.PathOf(directory, device.Properties.Name, BlasApi.GetVersion()));
        _kept = _file.Read();
    }

    /// <summary>
    /// Layers of which some shape has no algorithm with the bits of the others, so that a row's result may depend on how many
    /// rows are beside it.
    /// </summary>
    public IEnumerable<ProductShape> Varying =>
        _plans.Values.GroupBy(p => p.Shape.Layer).Where(layer => layer.Select(p => p.Bits).Distinct().Count() > 1).Select(layer => layer.Key);

    /// <summary>Finds the algorithm of a shape, if that has not been done.</summary>
    public void Prepare(ProductShape shape) => _ = Plan(shape);

    /// <summary>Queues a product.</summary>
    public void Multiply(in MatrixProduct product, nint stream)
    {
        var plan = Plan(ProductShape.Of(product));
        var status = plan.Run(_handle, product, _workspace, stream);
        if (status != BlasStatus.Success)
        {
            _ = _device.FreeBytes; // says so if it is the GPU that is lost, which the library's own answer does not
        }

        BlasCheck.Check(status, $"multiply {plan.Shape}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var plan in _plans.Values)
        {
            plan.Dispose();
        }

        _workspace.Dispose();
        _ = BlasApi.PreferenceDestroy(_preference);
        _ = BlasApi.Destroy(_handle);
    }

    private ProductPlan Plan(ProductShape shape)
    {
        if (_plans.TryGetValue(shape, out var plan))
        {
            return plan;
        }

        var descriptor = new ProductDescriptor(shape);

        // Algorithms are asked for with scales somewhere, as products will have them.
        descriptor.SetScales(_workspace.Address, _workspace.Address);
        if (!_kept.TryGetValue(shape, out var choice) || !IsUsable(descriptor, choice.Algorithm))
        {
            choice = Try(descriptor);
            _kept[shape] = choice;
            _file.Write(_kept);
        }

        return _plans[shape] = new ProductPlan(descriptor, choice.Algorithm, choice.Bits);
    }

    private TimedCandidate Try(ProductDescriptor descriptor)
    {
        var first = _kept.Where(pair => pair.Key.Layer == descriptor.Shape.Layer && pair.Key != descriptor.Shape)
            .OrderByDescending(pair => pair.Key.Rows).ToList();
        using var trial = new ProductTrial(_device, _handle, descriptor, _workspace);
        var candidates = Candidates(descriptor).Concat(first.Select(pair => pair.Value.Algorithm).Where(a => IsUsable(descriptor, a)));
        var tried = candidates.DistinctBy(AlgorithmFile.Text).Select(trial.Run).OfType<TimedCandidate>().ToList();
        return AlgorithmChoice.Choose(tried, first.Count > 0 ? first[0].Value.Bits : null) ?? throw new BatchLLMException(
            $"cuBLASLt has no algorithm for a product of {descriptor.Shape} on {_device.Properties.Name}; run on the CPU with --device cpu.");
    }

    private List<Algorithm> Candidates(ProductDescriptor descriptor)
    {
        var found = 0;
        var candidates = new Candidate[WantedCandidates];
        fixed (Candidate* pointer = candidates)
        {
            var status = BlasApi.GetHeuristic(
                _handle, descriptor.Handle, descriptor.W, descriptor.X, descriptor.Y, descriptor.Y, _preference, WantedCandidates, pointer,
                &found);
            if (status != BlasStatus.NotSupported)
            {
                BlasCheck.Check(status, $"find algorithms for {descriptor.Shape}");
            }
        }

        return [.. candidates.Take(found).Where(c => c.State == BlasStatus.Success).Select(c => c.Algorithm)];
    }

    private bool IsUsable(ProductDescriptor descriptor, Algorithm algorithm)
    {
        Candidate result;
        return BlasApi.AlgorithmCheck(_handle, descriptor.Handle, descriptor.W, descriptor.X, descriptor.Y, descriptor.Y, &algorithm, &result)
            == BlasStatus.Success && result.State == BlasStatus.Success && result.WorkspaceBytes <= WorkspaceBytes;
    }

    private void Prefer<T>(PreferenceAttribute attribute, T value)
        where T : unmanaged =>
        BlasCheck.Check(BlasApi.PreferenceSet(_preference, attribute, &value, (nuint)sizeof(T)), $"prefer {attribute}");
}
