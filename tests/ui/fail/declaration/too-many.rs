use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        scope RUN {
            on_0; on_1; on_2; on_3; on_4; on_5; on_6; on_7; on_8; on_9; on_10; on_11; on_12; on_13; on_14; on_15; on_16; on_17; on_18; on_19; on_20; on_21; on_22; on_23; on_24; on_25; on_26; on_27; on_28; on_29; on_30; on_31; on_32; on_33; on_34; on_35; on_36; on_37; on_38; on_39; on_40; on_41; on_42; on_43; on_44; on_45; on_46; on_47; on_48; on_49; on_50; on_51; on_52; on_53; on_54; on_55; on_56; on_57; on_58; on_59; on_60; on_61; on_62; on_63; on_64; on_65; on_66; on_67; on_68; on_69; on_70; on_71; on_72; on_73; on_74; on_75; on_76; on_77; on_78; on_79; on_80; on_81; on_82; on_83; on_84; on_85; on_86; on_87; on_88; on_89; on_90; on_91; on_92; on_93; on_94; on_95; on_96; on_97; on_98; on_99; on_100; on_101; on_102; on_103; on_104; on_105; on_106; on_107; on_108; on_109; on_110; on_111; on_112; on_113; on_114; on_115; on_116; on_117; on_118; on_119; on_120; on_121; on_122; on_123; on_124; on_125; on_126; on_127; on_128; on_129; on_130; on_131; on_132; on_133; on_134; on_135; on_136; on_137; on_138; on_139; on_140; on_141; on_142; on_143; on_144; on_145; on_146; on_147; on_148; on_149; on_150; on_151; on_152; on_153; on_154; on_155; on_156; on_157; on_158; on_159; on_160; on_161; on_162; on_163; on_164; on_165; on_166; on_167; on_168; on_169; on_170; on_171; on_172; on_173; on_174; on_175; on_176; on_177; on_178; on_179; on_180; on_181; on_182; on_183; on_184; on_185; on_186; on_187; on_188; on_189; on_190; on_191; on_192; on_193; on_194; on_195; on_196; on_197; on_198; on_199; on_200; on_201; on_202; on_203; on_204; on_205; on_206; on_207; on_208; on_209; on_210; on_211; on_212; on_213; on_214; on_215; on_216; on_217; on_218; on_219; on_220; on_221; on_222; on_223; on_224; on_225; on_226; on_227; on_228; on_229; on_230; on_231; on_232; on_233; on_234; on_235; on_236; on_237; on_238; on_239; on_240; on_241; on_242; on_243; on_244; on_245; on_246; on_247; on_248; on_249; on_250; on_251; on_252; on_253; on_254;
        }
    }
}

fn main() {}
