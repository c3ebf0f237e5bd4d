using System.Diagnostics;
using System.Globalization;
using BatchLLM.Host.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Work;

/// <summary>Who of this machine is taken for dead.</summary>
public sealed class WorkerIdentityTests
{
    [Fact]
    public void The_living_is_not_dead_and_its_number_s_next_holder_is_somebody_else()
    {
        Assert.False(WorkerIdentity.IsDead(WorkerIdentity.Current));
        Assert.True(WorkerIdentity.IsDead(WorkerIdentity.Current + "0"));
        Assert.False(WorkerIdentity.IsDead("elsewhere/boot/1/2"));
        Assert.False(WorkerIdentity.IsDead(""));
    }

    [Fact]
    public async Task It_is_known_without_a_clock()
    {
        Assert.SkipUnless(File.Exists("/proc/self/stat"), "Only Linux tells the start of a process without a clock.");
        using var process = Process.Start("sleep", "1000");
        var start = (await File.ReadAllTextAsync($"/proc/{process.Id}/stat", TestContext.Current.CancellationToken)).Split(") ")[1].Split(' ')[19];
        var parts = WorkerIdentity.Current.Split('/');
        parts[^2] = process.Id.ToString(CultureInfo.InvariantCulture);
        parts[^1] = start;
        var name = string.Join('/', parts);

        Assert.False(WorkerIdentity.IsDead(name));
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(WorkerIdentity.IsDead(name));
    }
}
