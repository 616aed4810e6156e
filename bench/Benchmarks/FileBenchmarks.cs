using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using BenchmarkDotNet.Attributes;

namespace ActorLog.Benchmarks;

/// <summary>Lines to files: the aggregator's projection and the edge's own files, ten hosts. So few calls at a time that the files stay small.</summary>
[InvocationCount(64)]
public class FileBenchmarks
{
    private ScratchFolder _folder = null!;
    private IStore _store = null!;
    private RecordBatch _batch = null!;
    private LineGroups _groups = null!;
    private LocalFiles _local = null!;
    private LogFile[] _files = [];

    [IterationSetup]
    public void Setup()
    {
        _folder = new ScratchFolder();
        _store = SystemStore.Open(_folder.Path);
        _batch = SampleData.RecordBatch();
        _groups = Groups("{host}.log");
        _groups.Render(_batch);
        _files = [.. Enumerable.Range(0, _groups.Count).Select(i => LogFile.Create(_store, _groups[i].Path))];
        _local = new LocalFiles(
            _store, RotationSettings.None, Groups("local-{host}.log"), TimeProvider.System, new LocalFilesEvents(static _ => { }, static (_, _) => { }));
    }

    [IterationCleanup]
    public void Cleanup()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }

        _local.Dispose();
        _groups.Dispose();
        _batch.Dispose();
        _store.Dispose();
        _folder.Dispose();
    }

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public int Render()
    {
        _groups.Render(_batch);
        return _groups.Count;
    }

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public void Append()
    {
        for (var i = 0; i < _files.Length; i++)
        {
            _files[i].Append(_groups[i]);
        }
    }

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public void Local() => _local.Write(_batch);

    private static LineGroups Groups(string path)
    {
        if (!PathTemplate.TryParse(path, out var template, out var error))
        {
            throw new ArgumentException(error.ToString(), nameof(path));
        }

        return new LineGroups(template, new LineWriter(TimeZoneInfo.Utc));
    }
}
