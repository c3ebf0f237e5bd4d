namespace BatchLLM.Cuda.Devices;

/// <summary>How many blocks of how many threads a kernel is launched with.</summary>
/// <param name="GridX">Blocks along x, at least 1.</param>
/// <param name="GridY">Blocks along y, 1 to 65,535.</param>
/// <param name="GridZ">Blocks along z, 1 to 65,535.</param>
/// <param name="Threads">Threads of a block, a multiple of 32, at most 1,024. All kernels have blocks of one dimension.</param>
/// <param name="SharedBytes">Dynamic shared memory of a block.</param>
public readonly record struct LaunchShape(int GridX, int GridY, int GridZ, int Threads, int SharedBytes = 0);
