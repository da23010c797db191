// SentencePiece as a peer: its own Encode, one call a line, without a word of Python in between.
//   sentencepiece MODEL LINES          for each line on stdin: encode all lines, print CPU seconds and the number of ids
//   sentencepiece MODEL LINES OUTPUT   write the ids of each line as int32: their number, then they
#include <sentencepiece_processor.h>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

static double cpu_seconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

int main(int argc, char** argv) {
  sentencepiece::SentencePieceProcessor processor;
  const auto status = processor.Load(argv[1]);
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 1;
  }
  std::ifstream file(argv[2]);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  std::vector<int> ids;
  if (argc > 3) {
    FILE* output = std::fopen(argv[3], "wb");
    for (const auto& line : lines) {
      processor.Encode(line, &ids).IgnoreError();
      const int count = ids.size();
      std::fwrite(&count, sizeof count, 1, output);
      std::fwrite(ids.data(), sizeof(int), count, output);
    }
    return std::fclose(output);
  }
  for (std::string command; std::getline(std::cin, command);) {
    const double start = cpu_seconds();
    long total = 0;
    for (const auto& line : lines) {
      processor.Encode(line, &ids).IgnoreError();
      total += ids.size();
    }
    std::printf("%.9f %ld\n", cpu_seconds() - start, total);
    std::fflush(stdout);
  }
}
