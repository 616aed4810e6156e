using System.Reflection;
using System.Text;
using ActorLog.Sinks.Storage;
using ActorLog.Testing;
using Xunit.Sdk;

namespace ActorLog.Sinks.Tests;

/// <summary>A store for one test, in memory or in a directory of its own, with faults to order.</summary>
public sealed class Disk : IDisposable
{
    private readonly string? _root;

    private Disk(IStore store, string? root)
    {
        Store = new FaultyStore(store);
        Memory = store as MemoryStore;
        _root = root;
    }

    public FaultyStore Store { get; private set; }

    public MemoryStore? Memory { get; }

    public string Root => _root ?? throw new InvalidOperationException("In memory.");

    public static Disk Open(string kind, TimeProvider? time = null)
    {
        if (kind == "memory")
        {
            return new Disk(new MemoryStore(time), null);
        }

        var root = Directory.CreateTempSubdirectory("files-").FullName;
        return new Disk(SystemStore.Open(root), root);
    }

    /// <summary>The power fails, where the disk can model that; a real directory keeps everything.</summary>
    public void Crash(Func<long, long>? torn = null)
    {
        Memory?.Crash(torn);
        if (Memory is null)
        {
            Store.Dispose();
            Store = new FaultyStore(SystemStore.Open(Root));
        }

        Store.Heal();
    }

    public byte[] Bytes(string path)
    {
        using var file = Store.TryOpen(path, readOnly: true) ?? throw new InvalidOperationException($"{path} is missing.");
        var bytes = new byte[file.Status().Length];
        Assert.Equal(bytes.Length, file.ReadAt(0, bytes));
        return bytes;
    }

    public string Text(string path) => Encoding.UTF8.GetString(Bytes(path));

    public void Put(string path, string text)
    {
        using var file = Store.TryOpen(path) ?? Store.TryCreate(path)!;
        file.Append(Encoding.UTF8.GetBytes(text));
    }

    public void Cut(string path, long length)
    {
        using var file = Store.TryOpen(path)!;
        file.Truncate(length);
    }

    public string[] Names(string directory = "") =>
        [.. Store.List(directory).Where(name => name != SystemStore.RootIdName)];

    public void Dispose()
    {
        Store.Dispose();
        if (_root is not null)
        {
            Directory.Delete(_root, recursive: true);
        }
    }
}

/// <summary>Runs a theory on the memory store and on a real directory; further values are passed on to each.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class EachDiskAttribute(params object[] values) : DataAttribute
{
    public object[] Values { get; } = values;

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        [["memory", .. Values], ["directory", .. Values]];
}
