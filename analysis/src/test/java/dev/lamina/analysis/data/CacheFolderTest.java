package dev.lamina.analysis.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.matrix.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheFolderTest {
  private static final Path HOME = Path.of("/home/ada");

  private static Path root(String system, Map<String, String> environment) {
    return CacheFolder.of(environment, HOME, system).root();
  }

  @Test
  void followsTheEnvironment() {
    assertThat(root("Linux", Map.of())).isEqualTo(HOME.resolve(".cache/lamina"));
    assertThat(root("Linux", Map.of("XDG_CACHE_HOME", "/c"))).isEqualTo(Path.of("/c/lamina"));
    assertThat(root("Linux", Map.of("XDG_CACHE_HOME", "relative")))
        .isEqualTo(HOME.resolve(".cache/lamina"));
    assertThat(root("Linux", Map.of("XDG_CACHE_HOME", "/c", "LAMINA_CACHE", "here")))
        .isEqualTo(Path.of("here"));
    assertThat(root("Linux", Map.of("LAMINA_CACHE", ""))).isEqualTo(HOME.resolve(".cache/lamina"));
    assertThat(root("Mac OS X", Map.of())).isEqualTo(HOME.resolve("Library/Caches/lamina"));
    assertThat(root("Windows 11", Map.of("LOCALAPPDATA", "/local")))
        .isEqualTo(Path.of("/local/lamina/Cache"));
  }

  @Test
  void saysHowToGetWhatIsMissingOrDamaged(@TempDir Path folder) throws IOException {
    CacheFolder cache = new CacheFolder(folder);
    CataloguedSet mnist = Catalogue.standard().get("mnist");
    DataSources sources = new DataSources(cache, 1);
    assertThat(cache.has(mnist)).isFalse();
    assertThatThrownBy(() -> sources.load(new DataSource.Cached(mnist), DType.FLOAT32))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "mnist is not in the cache folder %s (train-images-idx3-ubyte is missing); run: lamina data fetch mnist"
                .formatted(folder));
    Path first = cache.file(mnist, mnist.files().getFirst());
    Files.createDirectories(first.getParent());
    Files.writeString(first, "x");
    assertThatThrownBy(() -> sources.load(new DataSource.Cached(mnist), DType.FLOAT32))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("mnist: " + first + " is damaged: expected sha256 ba891046")
        .hasMessageEndingWith("; run: lamina data fetch mnist");
    assertThatThrownBy(() -> Catalogue.standard().get("mnst"))
        .isInstanceOf(DataException.class)
        .hasMessage("there is no data set \"mnst\" to fetch; did you mean 'mnist'?");
  }
}
