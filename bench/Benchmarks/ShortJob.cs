using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace ActorLog.Benchmarks;

/// <summary>
/// How all benchmarks are run: in this process, since there is one runtime to measure; a few iterations; bytes allocated beside the time.
/// </summary>
public sealed class ShortJob : ManualConfig
{
    public ShortJob()
    {
        Add(DefaultConfig.Instance);
        AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
        AddDiagnoser(MemoryDiagnoser.Default);
    }
}
