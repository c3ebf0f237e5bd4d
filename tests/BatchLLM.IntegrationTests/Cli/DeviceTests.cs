using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>Devices of a job, on a machine that has no GPU.</summary>
public sealed class DeviceTests(CliFixture cli) : IClassFixture<CliFixture>
{
    [Fact]
    public async Task A_GPU_that_is_not_there_is_one_sentence_and_no_job()
    {
        Assert.SkipWhen(File.Exists("/dev/nvidia0"), "This machine has a GPU.");
        var job = new TicketJob(cli.DataDirectory);

        foreach (var device in new[] { "cuda", "cuda:1" })
        {
            var result = await cli.RunAsync("run", job.Save(), "--device", device);

            Assert.Equal(1, result.ExitCode);
            Assert.Matches("^(A GPU needs libcuda|NVIDIA's driver).* --device cpu\\.$", result.Error.Trim());
        }

        Assert.Equal(2, (await cli.RunAsync("status", job.Name)).ExitCode);
        var run = await cli.RunAsync("run", job.Save(), "--device", "cpu");
        Assert.True(run.ExitCode is 0 or 3, run.ToString());
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    public async Task A_device_of_another_name_is_refused(string device)
    {
        var result = await cli.RunAsync("run", new TicketJob(cli.DataDirectory).Save(), "--device", device);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--device", result.Error, StringComparison.Ordinal);
    }
}
