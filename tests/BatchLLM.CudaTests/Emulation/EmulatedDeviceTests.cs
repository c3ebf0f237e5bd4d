using BatchLLM.Cuda.Devices;
using BatchLLM.GpuCheck.Vectors;
using Xunit;

namespace BatchLLM.CudaTests.Emulation;

public sealed class EmulatedDeviceTests
{
    private const int Threads = 128;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    public void A_right_kernel_gives_the_same_in_every_order(ulong seed) =>
        Assert.Equal(Expected(), Run("neighbours", seed));

    [Fact]
    public void A_missing_barrier_shows_in_every_order()
    {
        for (var seed = 0UL; seed < 4; seed++)
        {
            Assert.NotEqual(Expected(), Run("missing_barrier", seed));
        }
    }

    [Theory]
    [InlineData("barrier_of_some", "threads meet at different barriers")]
    [InlineData("shuffle_of_some", "no thread can go on: 64 threads have ended, 64 threads wait at shuffle")]
    public void Threads_that_do_not_meet_end_the_launch_with_where_they_are(string kernel, string message)
    {
        var exception = Assert.Throws<BatchLLMException>(() => Run(kernel, 0));
        Assert.StartsWith($"{kernel}, block (", exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Equal(Expected(), Run("neighbours", 0)); // the next launch knows nothing of it
    }

    [Theory]
    [InlineData("endless_loop", "thread 40 runs (addr2line -ie ", "wait at the barrier in line ")]
    [InlineData("endless_meetings", "", " threads wait at ")]
    public void A_kernel_that_never_ends_is_ended_with_where_its_threads_are(string kernel, string running, string others)
    {
        var exception = Assert.Throws<BatchLLMException>(() => Run(kernel, 0, TimeSpan.FromMilliseconds(200)));
        Assert.Matches($@"^{kernel}, block \([01], 0, 0\): not at its end after 200 ms of computing: ", exception.Message);
        Assert.Contains(running, exception.Message, StringComparison.Ordinal);
        Assert.Contains(others, exception.Message, StringComparison.Ordinal);
        Assert.Equal(Expected(), Run("neighbours", 0)); // the next launch knows nothing of it
    }

    [Fact]
    public void A_copy_that_nobody_waited_for_has_not_arrived() =>
        Assert.All(Run("missing_wait", 0)[..Threads], value => Assert.True(float.IsNaN(value)));

    [Fact]
    public void A_write_behind_an_allocation_is_found_when_it_is_freed()
    {
        using var device = new EmulatedDevice();
        var memory = device.Allocate(20 * sizeof(float));
        Launch(device, "write_behind_memory", memory, 20);
        var exception = Assert.Throws<InvalidOperationException>(memory.Dispose);
        Assert.Contains("behind an allocation of 80 bytes", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_of_another_size_are_refused()
    {
        using var device = new EmulatedDevice();
        var kernel = device.Kernel("planted", "neighbours");
        Assert.Throws<ArgumentException>(() => device.Launch(kernel, new LaunchShape(1, 1, 1, Threads), 1L));
    }

    [Fact]
    public void A_graph_runs_with_the_arguments_it_was_recorded_with()
    {
        using var device = new EmulatedDevice();
        using var memory = device.Store(new float[2 * Threads]);
        var graph = device.Capture(() => Launch(device, "neighbours", memory, 0));
        Assert.All(device.Read<float>(memory), value => Assert.Equal(0, value));
        graph.Launch();
        Assert.Equal(Expected(), device.Read<float>(memory));
    }

    [Fact]
    public void Memory_is_limited_and_comes_back()
    {
        using var device = new EmulatedDevice(memoryBytes: 1000);
        Assert.Throws<BatchLLMException>(() => device.Allocate(1001));
        device.Allocate(1000).Dispose();
        Assert.Equal(1000, device.FreeBytes);
    }

    [Fact]
    public async Task Launches_survive_garbage_collections()
    {
        using var device = new EmulatedDevice();
        using var memory = device.Allocate(2 * Threads * sizeof(float));
        using var stop = new CancellationTokenSource();
        var collecting = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect();
            }
        });
        for (var i = 0; i < 50; i++)
        {
            Launch(device, "neighbours", memory, 0);
            Assert.Equal(Expected(), device.Read<float>(memory));
        }

        await stop.CancelAsync();
        await collecting;
    }

    private static float[] Expected() =>
        [.. Enumerable.Range(0, 2 * Threads).Select(i => i / Threads * 1000 + (i + 32) % Threads)];

    private static float[] Run(string kernel, ulong seed, TimeSpan? limit = null)
    {
        using var device = limit is { } most ? new EmulatedDevice(seed) { BlockLimit = most } : new EmulatedDevice(seed);
        using var memory = device.Store(new float[2 * Threads]);
        Launch(device, kernel, memory, 0);
        return device.Read<float>(memory);
    }

    private static void Launch(EmulatedDevice device, string kernel, DeviceMemory memory, int count) => device.Launch(
        device.Kernel("planted", kernel), new LaunchShape(2, 1, 1, Threads), new PlantedArguments { Y = memory.Address, Count = count });
}
