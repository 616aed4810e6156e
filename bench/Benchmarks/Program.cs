using ActorLog.Benchmarks;
using BenchmarkDotNet.Running;

// Without arguments: all of them.
BenchmarkSwitcher.FromAssembly(typeof(ShortJob).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args, new ShortJob());
