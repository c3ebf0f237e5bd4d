using System.Globalization;
using BatchLLM;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Libraries;
using BatchLLM.GpuCheck;

// usage: BatchLLM.GpuCheck REPORT.json CACHE-FOLDER [GPU]
var ordinal = 0;
if (args.Length is < 2 or > 3 || (args.Length == 3 && !int.TryParse(args[2], NumberStyles.None, CultureInfo.InvariantCulture, out ordinal)))
{
    Console.Error.WriteLine("usage: BatchLLM.GpuCheck REPORT.json CACHE-FOLDER [GPU]");
    return 2;
}

CudaLibraries.SearchIn(Environment.GetEnvironmentVariable("BATCHLLM_CUDA_LIBRARIES")?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? []);
try
{
    using var device = new CudaDevice(new CudaDeviceOptions(ordinal, args[1]));
    var report = new CheckReport();
    report.Run("probe", () => DeviceCheck.Run(device));
    report.Run("kernels compile", () => CompileCheck.Run(device));
    report.Run("attention", () => AttentionBits.Run(device));
    report.Run("forward pass", () => EqualityCheck.Run(device));
    report.Run("products", () => ProductSpeed.Run(device));
    report.Run("products of 4-bit weights", () => W4Speed.Run(device));
    report.Run("attention", () => AttentionSpeed.Run(device));
    report.Run("Llama 3.1 8B", () => ModelSpeed.Run(device));
    report.Write(args[0]);
    return report.IsOk ? 0 : 1;
}
catch (BatchLLMException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
