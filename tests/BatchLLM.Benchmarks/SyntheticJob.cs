using System.Diagnostics;
using BatchLLM.Engine;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Benchmarks;

/// <summary>Rows of random prompts, run greedily: decode tokens of live sequences first, prompt chunks fill the step.</summary>
internal sealed class SyntheticJob(CpuModelRunner runner, int rows, int promptTokens, int maxTokens)
{
    private readonly Step _step = new();
    private readonly int[] _next = new int[runner.Limits.StepSequenceBudget];
    private readonly List<Sequence> _live = [];
    private readonly Queue<int> _freeBlocks = new(Enumerable.Range(0, runner.Limits.KvBlockCount));
    private readonly Dictionary<Sequence, int> _computed = [];
    private readonly Random _random = new(1);
    private long _promptTokens;
    private long _decodeTokens;
    private long _decodeSteps;
    private long _promptTicks;
    private long _decodeTicks;

    public double PromptTokensPerSecond => _promptTokens / ((double)_promptTicks / Stopwatch.Frequency);

    public double DecodeTokensPerSecond => _decodeTokens / ((double)_decodeTicks / Stopwatch.Frequency);

    public double DecodeStepMicroseconds => _decodeTicks * 1e6 / Stopwatch.Frequency / _decodeSteps;

    /// <summary>Runs all rows; the figures are of the last run. Steps with any prompt chunk count as prompt steps.</summary>
    public void Run()
    {
        (_promptTokens, _decodeTokens, _decodeSteps, _promptTicks, _decodeTicks) = (0, 0, 0, 0, 0);
        var left = rows;
        while (left > 0 || _live.Count > 0)
        {
            left -= Plan(left);
            RunStep();
        }
    }

    private int Plan(int left)
    {
        _step.Slices.Clear();
        var budget = runner.Limits.StepTokenBudget;
        foreach (var sequence in _live)
        {
            budget -= AddSlice(sequence, budget);
        }

        var admitted = 0;
        while (budget > 0 && admitted < left && _step.Slices.Count < runner.Limits.StepSequenceBudget && Admit() is { } fresh)
        {
            budget -= AddSlice(fresh, budget);
            admitted++;
        }

        return admitted;
    }

    private int AddSlice(Sequence sequence, int budget)
    {
        var start = _computed[sequence];
        var count = Math.Min(budget, sequence.KnownCount - start);
        if (count > 0)
        {
            _step.Slices.Add(new StepSlice(sequence, start, count));
        }

        return count;
    }

    private Sequence? Admit()
    {
        var blocks = (promptTokens + maxTokens + runner.Limits.KvBlockTokens - 1) / runner.Limits.KvBlockTokens;
        if (_freeBlocks.Count < blocks)
        {
            return null;
        }

        var prompt = Enumerable.Range(0, promptTokens).Select(_ => _random.Next(runner.Limits.VocabularySize)).ToArray();
        var sequence = new Sequence(new InferenceRequest(0, 0, prompt, new SamplingParameters()), maxTokens);
        for (var i = 0; i < blocks; i++)
        {
            sequence.BlockTable.Add(_freeBlocks.Dequeue());
        }

        _live.Add(sequence);
        _computed.Add(sequence, 0);
        return sequence;
    }

    private void RunStep()
    {
        var start = Stopwatch.GetTimestamp();
        runner.Run(_step, _next.AsSpan(0, _step.Slices.Count));
        Count(Stopwatch.GetTimestamp() - start);
        for (var i = 0; i < _step.Slices.Count; i++)
        {
            var slice = _step.Slices[i];
            _computed[slice.Sequence] += slice.Count;
            if (_next[i] != IModelRunner.NoToken)
            {
                slice.Sequence.Append(_next[i]);
            }

            if (slice.Sequence.KnownCount == promptTokens + maxTokens)
            {
                Release(slice.Sequence);
            }
        }
    }

    private void Release(Sequence sequence)
    {
        sequence.BlockTable.ForEach(_freeBlocks.Enqueue);
        _live.Remove(sequence);
        _computed.Remove(sequence);
    }

    private void Count(long ticks)
    {
        var tokens = _step.Slices.Sum(s => s.Count);
        if (tokens == _step.Slices.Count)
        {
            _decodeTokens += tokens;
            _decodeTicks += ticks;
            _decodeSteps++;
        }
        else
        {
            _promptTokens += tokens;
            _promptTicks += ticks;
        }
    }
}
