using ActorLog.Sinks.Storage;

namespace ActorLog.Sinks.Files;

/// <summary>Gives the next number of each file of <see cref="LocalFiles"/>: one more than any that its directory holds.</summary>
internal sealed class SegmentNumbers(IStore store)
{
    private const int DirectoriesMax = 1024;

    private readonly Dictionary<string, Dictionary<string, long>> _byDirectory = new(StringComparer.Ordinal);

    internal long Next(string path)
    {
        var directory = StorePath.DirectoryOf(path);
        var name = StorePath.NameOf(path);
        if (!_byDirectory.TryGetValue(directory, out var numbers))
        {
            if (_byDirectory.Count >= DirectoriesMax)
            {
                _byDirectory.Clear();
            }

            // Read once per directory, not per file: at midnight all files of a directory are sealed.
            numbers = new Dictionary<string, long>(SegmentUpkeep.LastNumbers(store, directory), StringComparer.Ordinal);
            _byDirectory.Add(directory, numbers);
        }

        return numbers[name] = numbers.GetValueOrDefault(name) + 1;
    }
}
