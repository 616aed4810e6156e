using System.Reflection;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;

namespace ActorLog.Benchmarks.Tests;

/// <summary>Each benchmark runs, once, with each of its parameters.</summary>
public sealed class BenchmarkTests
{
    public static TheoryData<string> Classes { get; } =
    [
        .. typeof(ShortJob).Assembly.GetTypes().Where(static type => CasesOf(type).Length > 0).Select(static type => type.Name),
    ];

    [Theory]
    [MemberData(nameof(Classes))]
    public async Task EveryCaseOfItRuns(string name)
    {
        var type = typeof(ShortJob).Assembly.GetTypes().Single(type => type.Name == name);
        foreach (var benchmark in CasesOf(type))
        {
            var instance = Activator.CreateInstance(type)!;
            foreach (var parameter in benchmark.Parameters.Items)
            {
                type.GetProperty(parameter.Name)!.SetValue(instance, parameter.Value);
            }

            var descriptor = benchmark.Descriptor;
            descriptor.GlobalSetupMethod?.Invoke(instance, null);
            descriptor.IterationSetupMethod?.Invoke(instance, null);
            if (descriptor.WorkloadMethod.Invoke(instance, null) is Task running)
            {
                await running;
            }

            descriptor.IterationCleanupMethod?.Invoke(instance, null);
            descriptor.GlobalCleanupMethod?.Invoke(instance, null);
        }
    }

    [Fact]
    public void EveryFigureIsPerRecord() =>
        Assert.All(
            typeof(ShortJob).Assembly.GetTypes().SelectMany(static type => type.GetMethods())
                .Select(static method => method.GetCustomAttribute<BenchmarkAttribute>()).OfType<BenchmarkAttribute>(),
            static benchmark => Assert.Equal(SampleData.Records, benchmark.OperationsPerInvoke));

    private static BenchmarkCase[] CasesOf(Type type) =>
        type.GetMethods().Any(static method => method.IsDefined(typeof(BenchmarkAttribute)))
            ? BenchmarkConverter.TypeToBenchmarks(type).BenchmarksCases : [];
}
