package dev.lamina.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

class ConfigFuzzTest {

  @Property(tries = 300)
  void anyBytesGiveAConfigurationOrAConfigException(@ForAll @Size(max = 80) byte[] bytes) {
    loads(bytes);
  }

  @Property(tries = 500)
  void anyTextGivesAConfigurationOrAConfigException(
      @ForAll
          @StringLength(max = 40)
          @Chars({'{', '}', '[', ']', '=', ':', '"', '$', '\n', ' ', ',', '.', '#', '+'})
          @CharRange(from = 'a', to = 'e')
          String text) {
    loads(("lamina { " + text).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    loads(("lamina.cpu.threads = " + text).getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static void loads(byte[] bytes) {
    try {
      Path file = Files.createTempFile("fuzz", ".conf");
      try {
        Files.write(file, bytes);
        LaminaConfig config = LaminaConfig.load(ConfigSources.defaults().withFiles(List.of(file)));
        assertThat(config.cpuThreads()).isPositive();
      } catch (ConfigException e) {
        assertThat(e.problems()).isNotEmpty();
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
