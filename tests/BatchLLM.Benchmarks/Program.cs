using BatchLLM.Benchmarks;
using BatchLLM.Benchmarks.HostSteps;
using BatchLLM.Benchmarks.Simulation;
using BatchLLM.Engine.Assembly;

switch (args)
{
    case ["kernels", .. var limits]:
        var found = limits is [var set, ..] ? InstructionSets.Parse(set) : InstructionSets.Found;
        var workerCount = limits is [_, var workers] ? int.Parse(workers, null) : Environment.ProcessorCount;
        KernelSpeed.Run(found, workerCount);
        IntegerKernelSpeed.Run(found, workerCount);
        return 0;
    case ["load", .. var directory]:
        LoadTime.Run(directory is [var path] ? path : null);
        return 0;
    case ["tokenizer", .. var folder]:
        TokenizerSpeed.Run(folder is [var peers] ? peers : Path.Combine("tests", "peers"));
        return 0;
    case ["parquet", .. var count]:
        await ParquetSpeed.RunAsync(Path.Combine("tests", "peers"), count is [var fileRows] ? int.Parse(fileRows, null) : 2_000_000);
        return 0;
    case ["parquet-memory"]:
        await ParquetMemory.RunAsync(Path.Combine("tests", "peers"));
        return 0;
    case ["parquet-reader"]:
        await ParquetReading.RunAsync();
        return 0;
    case ["preflight", var executable, var model, .. var count]:
        PreflightTime.Run(executable, model, count is [var rows] ? int.Parse(rows, null) : 1_000_000);
        return 0;
    case ["busy", var executable, var model, .. var count]:
        EngineBusy.Run(executable, model, count is [var jobRows] ? int.Parse(jobRows, null) : 128);
        return 0;
    case ["echo", var host, .. var rest]:
        EchoThroughput.Run(host, ModelOf(rest), rest is [_, var echoRows, ..] ? int.Parse(echoRows, null) : 2_000_000);
        return 0;
    case ["plan", var host, .. var rest]:
        PlanTime.Run(host, ModelOf(rest), rest is [_, var planRows, ..] ? int.Parse(planRows, null) : 10_000_000);
        return 0;
    case ["service", var host, .. var rest]:
        await ServiceLoad.RunAsync(host, ModelOf(rest), rest is [_, var serviceRows, ..] ? int.Parse(serviceRows, null) : 1_000_000);
        return 0;
    case ["pace", var host, .. var rest]:
        await ServicePace.RunAsync(
            host, ModelOf(rest), rest is [_, var paceRows, ..] ? int.Parse(paceRows, null) : 400_000, rest is [_, _, var copies, ..] ? int.Parse(copies, null) : 48);
        return 0;
    case ["jobs", var host, .. var rest]:
        await ManyJobs.RunAsync(host, ModelOf(rest));
        return 0;
    case ["path", .. var rest]:
        DataPath.Run(ModelOf(rest));
        return 0;
    case ["host-steps"]:
        await HostTime.RunAsync();
        return 0;
    case ["simulate", "--plan-only"]:
        PlanningTime.Run();
        return 0;
    case ["simulate", .. var options] when options is [] or ["--json"]:
        PlanningSimulation.Run(isJson: options is ["--json"]);
        return 0;
    case [var modelDirectory, .. var rest]:
        EngineThroughput.Run(modelDirectory, rest is [var threads, ..] ? int.Parse(threads, null) : Environment.ProcessorCount);
        return 0;
    default:
        Console.Error.WriteLine("usage: BatchLLM.Benchmarks <model directory> [threads]");
        Console.Error.WriteLine("       BatchLLM.Benchmarks kernels [instructions] [threads]");
        Console.Error.WriteLine("       BatchLLM.Benchmarks load [model directory]");
        Console.Error.WriteLine("       BatchLLM.Benchmarks tokenizer [tests/peers]");
        Console.Error.WriteLine("       BatchLLM.Benchmarks parquet [rows]");
        Console.Error.WriteLine("       BatchLLM.Benchmarks parquet-memory");
        Console.Error.WriteLine("       BatchLLM.Benchmarks preflight <BatchLLM.Host executable> <model directory> [rows]");
        Console.Error.WriteLine("       BatchLLM.Benchmarks echo <BatchLLM.Host executable> [model directory] [rows]");
        Console.Error.WriteLine("       BatchLLM.Benchmarks jobs <BatchLLM.Host executable> [model directory]");
        Console.Error.WriteLine("       BatchLLM.Benchmarks plan <BatchLLM.Host executable> [model directory] [rows]");
        Console.Error.WriteLine("       BatchLLM.Benchmarks service <BatchLLM.Host executable> [model directory] [rows]");
        Console.Error.WriteLine("       BatchLLM.Benchmarks pace <BatchLLM.Host executable> [model directory] [rows] [copies of a row's text in its prompt]");
        Console.Error.WriteLine("       BatchLLM.Benchmarks path [model directory]");
        Console.Error.WriteLine("       BatchLLM.Benchmarks busy <BatchLLM.Host executable> <model directory> [rows]");
        Console.Error.WriteLine("       BatchLLM.Benchmarks host-steps");
        Console.Error.WriteLine("       BatchLLM.Benchmarks simulate [--json | --plan-only]");
        return 2;
}

static string ModelOf(string[] rest) => rest is [var directory, ..] ? directory : Path.Combine("jobs", "demo", "model");
