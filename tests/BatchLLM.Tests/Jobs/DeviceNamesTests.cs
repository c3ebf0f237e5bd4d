using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.Tests.Jobs;

public sealed class DeviceNamesTests
{
    [Theory]
    [InlineData("cpu", null)]
    [InlineData("cuda", 0)]
    [InlineData("cuda:0", 0)]
    [InlineData("cuda:12", 12)]
    public void A_device_is_the_CPU_or_a_GPU_by_its_number(string device, int? gpu)
    {
        Assert.True(DeviceNames.IsName(device));
        Assert.Equal(gpu, DeviceNames.GpuOf(device));
        Assert.Equal(device, JobSchema.Parse(JobSchema.Minimal($",\"device\":\"{device}\"")).Require().Device);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:100")]
    [InlineData("cuda:x")]
    [InlineData("cuda1")]
    [InlineData("cpu:0")]
    [InlineData("CUDA")]
    [InlineData("")]
    public void Other_names_are_refused_here_and_by_the_schema(string device)
    {
        Assert.False(DeviceNames.IsName(device));
        Assert.Single(JobSchema.Parse(JobSchema.Minimal($",\"device\":\"{device}\"")).Problems);
    }
}
