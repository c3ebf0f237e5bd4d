using BatchLLM.Host.Jobs;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Work;

/// <summary>Where a worker runs a job.</summary>
public sealed class WorkerDeviceTests
{
    [Theory]
    [InlineData("cuda:1", "cuda", "cuda:1")]
    [InlineData("cuda", "cuda:1", "cuda")]
    [InlineData("cuda:1", "cpu", "cpu")]
    [InlineData("cpu", "cpu", "cpu")]
    [InlineData("cpu", "cuda", "cuda")]
    public void Its_device_takes_the_place_of_one_of_its_kind(string worker, string job, string placed)
    {
        var spec = new JobSpec
        {
            Name = "a",
            Model = "m",
            Inputs = [],
            Prompt = new PromptSpec(),
            Output = new OutputSpec { Uri = "o" },
            Device = job,
        };

        Assert.Equal(placed, new WorkerDevice(worker).Place(spec).Device);
    }
}
