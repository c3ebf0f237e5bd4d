using System.Globalization;
using BatchLLM;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Libraries;
using BatchLLM.GpuCheck.Parts;
using BatchLLM.GpuCheck.Peers;
using BatchLLM.GpuCheck.Reports;

// usage: BatchLLM.GpuCheck PART REPORT.json CACHE-FOLDER SECONDS GPU, or: BatchLLM.GpuCheck peers REPORT.json PEERS.json
// 0: all is as it should be; 1: something is not; 2: misuse; 3: there is no GPU to try
if (args is ["peers", var measured, var peers])
{
    return PeerPart.Run(measured, peers, Console.Out) ? 0 : 1;
}

if (args is not [var part, var report, var cache, var time, var number] || !CheckParts.Names.Contains(part)
    || !double.TryParse(time, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
    || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal))
{
    Console.Error.WriteLine($"usage: BatchLLM.GpuCheck {string.Join('|', CheckParts.Names)} REPORT.json CACHE-FOLDER SECONDS GPU");
    return 2;
}

CudaLibraries.SearchIn(Environment.GetEnvironmentVariable("BATCHLLM_CUDA_LIBRARIES")?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? []);
var deadline = new Deadline(seconds);
CudaDevice device;
try
{
    device = new CudaDevice(new CudaDeviceOptions(ordinal, cache));
}
catch (BatchLLMException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 3;
}

try
{
    using var closed = device;
    var text = new DeviceText(device.Properties.Name, $"{device.Versions}, BatchLLM {typeof(CudaDevice).Assembly.GetName().Version?.ToString(3)}");
    using var parts = new CheckParts(device, CheckSizes.H200, deadline);
    var results = new CheckReport(report, part, $"ops/gpu/check.sh --only {part}", text, Console.Out);
    results.Run(parts.Of(part));
    return results.IsOk ? 0 : 1;
}
catch (BatchLLMException exception)
{
    // What a fault has left of the device does not even let go of its memory; the results are written.
    Console.Error.WriteLine(exception.Message);
    return 1;
}
