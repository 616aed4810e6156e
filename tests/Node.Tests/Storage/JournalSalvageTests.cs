using ActorLog.Node.Storage;

namespace ActorLog.Node.Tests.Storage;

/// <summary>A damaged journal is put in order from its rows and their echo.</summary>
public sealed class JournalSalvageTests : IDisposable
{
    private readonly SpoiltDatabase _it = new();

    public void Dispose() => _it.Dispose();

    [Fact]
    public void WhatASalvagePutInDoubtIsInDoubtUntilACleanEnd()
    {
        _it.FillJournal();
        _it.Overwrite(0, 100);
        using (var salvaged = _it.OpenJournal())
        {
            Assert.NotEmpty(salvaged.File.SalvagedAt);
        }

        // Not closed: as after a kill.
        using (var again = _it.OpenJournal())
        {
            Assert.NotEmpty(again.File.SalvagedAt);
            again.Close();
        }

        using var clean = _it.OpenJournal();
        Assert.Empty(clean.File.SalvagedAt);
    }

    [Fact]
    public void ASalvagedJournalIsAnotherOneAndKnowsItsPartsFromTheirEcho()
    {
        var id = _it.FillJournal();
        // The journal's own tree is gone; its echo stands on other pages.
        var bytes = File.ReadAllBytes(_it.Path);
        for (var at = bytes.AsSpan().IndexOf("DEEP-"u8); at >= 0; at = bytes.AsSpan().IndexOf("DEEP-"u8))
        {
            bytes.AsSpan(at / SpoiltDatabase.PageBytes * SpoiltDatabase.PageBytes, SpoiltDatabase.PageBytes).Fill(0xA5);
        }

        File.WriteAllBytes(_it.Path, bytes);
        using var database = _it.OpenJournal();
        Assert.NotNull(database.Salvage);
        Assert.NotEqual(id, database.File.Id);
        Assert.NotEmpty(database.File.SalvagedAt);
        var report = string.Join('\n', database.Salvage.Lines);
        Assert.Contains("8 parts without block stand in files, 2 parts (4 records) come again", report, StringComparison.Ordinal);
        using var connection = database.File.Open();
        Assert.Equal("11", DatabaseCheck.Column(connection, "SELECT COUNT(*) FROM journal")[0]);
        Assert.Equal("11", DatabaseCheck.Column(connection, "SELECT COUNT(*) FROM journal_echo")[0]);
    }
}
